import { command, defineRoom, directed } from '@greenroom/rooms';
import { z } from 'zod';

/** What a server has, and a client imports the type of. */
export const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  member: z.object({ name: z.string(), role: z.enum(['member', 'moderator']) }),
  commands: {
    say: z.object({ text: z.string() }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  },
  events: {
    message: z.object({ text: z.string(), at: z.number() }),
    hand: directed(z.object({ cards: z.array(z.int()) })),
  },
  signals: { typing: z.object({ on: z.boolean() }) },
  view: z.object({ last: z.array(z.string()) }),
});

/** Whoever joins has to bring something. */
export const Vault = defineRoom({
  kind: 'vault',
  join: z.object({ password: z.string() }),
  commands: { open: z.object({}) },
  events: { opened: z.object({ by: z.string() }) },
});
