import { defineRoom } from '@greenroom/rooms';
import { z } from 'zod';

const id = z.string().min(1).max(64);
const user = z.string().min(1).max(256);
const text = z.string().min(1).max(2000);
const author = z.object({ id: z.string(), name: z.string() });
const message = z.object({ id: z.string(), from: author, text: z.string(), at: z.number() });

/** People talk; moderators see to it that they can. */
export const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().trim().min(1).max(200).default('general') }),
  member: z.object({ name: z.string(), role: z.enum(['member', 'moderator']) }),
  commands: {
    say: z.object({ text }),
    /** One's own message, or as a moderator anybody's. */
    edit: z.object({ id, text }),
    /** As `edit`. The text goes from log, history and resume too. */
    remove: z.object({ id }),
    /** Moderators: for so many minutes from now, at most 30 days; 0 lifts it. */
    mute: z.object({ user, minutes: z.number().min(0).max(43_200) }),
    /** Moderators: out, and not in again for ten minutes. */
    kick: z.object({ user }),
  },
  events: {
    message,
    edited: z.object({ id: z.string(), text: z.string(), at: z.number() }),
    removed: z.object({ id: z.string() }),
    muted: z.object({ user: z.string(), until: z.number() }),
    kicked: z.object({ user: z.string(), until: z.number() }),
  },
  signals: { typing: z.object({ on: z.boolean() }) },
  /** The last messages; older ones are in the history. */
  view: z.object({
    topic: z.string(),
    messages: z.array(message.extend({ editedAt: z.number().optional() })),
  }),
});
