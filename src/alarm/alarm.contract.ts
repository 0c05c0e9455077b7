import { defineRoom } from '@greenroom/rooms';
import { z } from 'zod';

const YEAR_MS = 365 * 86_400_000;

/** Rings when it is time, whoever is there, whatever happened to the server in between. */
export const Alarm = defineRoom({
  kind: 'alarm',
  commands: {
    /** Rings after so many milliseconds, at most a year; set again, it starts anew. */
    set: z.object({ ms: z.int().min(0).max(YEAR_MS) }),
  },
  events: { rang: z.object({ setAt: z.number(), at: z.number() }) },
  /** `due` while it is armed. */
  view: z.object({ state: z.enum(['idle', 'armed', 'rang']), due: z.number().optional() }),
});
