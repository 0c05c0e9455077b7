import { command, defineRoom } from '@greenroom/rooms';
import { z } from 'zod';

const text = z.string().min(1).max(2000);

const parts = {
  commands: {
    say: z.object({ text }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  },
  events: { message: z.object({ text: z.string(), from: z.string(), at: z.number() }) },
};

/** In memory. */
export const Talk = defineRoom({ kind: 'talk', ...parts });
/** On disk before it is acknowledged; unloaded as soon as nobody is there. */
export const Ledger = defineRoom({ kind: 'ledger', ...parts });
/** As a ledger, and stays loaded. */
export const Shelf = defineRoom({ kind: 'shelf', ...parts });
