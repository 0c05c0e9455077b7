import { command, defineRoom, directed } from '@greenroom/rooms';
import { z } from 'zod';

const text = z.string().max(10_000);

/** For tests and benchmarks: each way a room can answer, and one it should not. */
export const Echo = defineRoom({
  kind: 'echo',
  commands: {
    say: z.object({ text }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
    /** Throws inside the machine. */
    boom: z.object({}),
    whisper: z.object({ to: z.string(), text }),
    /** `rang` after so many milliseconds, at most a day; a later one replaces it. */
    later: z.object({ ms: z.int().min(0).max(86_400_000) }),
  },
  events: {
    /** `from` is the sender's id. */
    message: z.object({ from: z.string(), text: z.string(), at: z.number() }),
    whispered: directed(z.object({ from: z.string(), text: z.string() })),
    rang: z.object({}),
  },
});
