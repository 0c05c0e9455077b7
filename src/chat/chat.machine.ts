import { outputs, roomTypes, type Inputs } from '@greenroom/rooms';
import { assign, emit, enqueueActions, setup } from 'xstate';
import { Chat } from './chat.contract.js';
import { add, edit, find, MAX_EDITS, NO_MESSAGES, remove, type Messages } from './messages.js';
import { sanction, until, type Sanctions } from './sanctions.js';

export interface ChatState {
  readonly topic: string;
  readonly messages: Messages;
  readonly muted: Sanctions;
  readonly banned: Sanctions;
}

type OnMessage = Extract<Inputs<typeof Chat>, { type: 'edit' | 'remove' }>;
interface Given<E> {
  readonly context: ChatState;
  readonly event: E;
}

const BAN_MS = 10 * 60_000;
const MINUTE_MS = 60_000;

const out = outputs(Chat);
const forbid = (reason: string) => ({ actions: { type: 'forbid', params: { reason } } }) as const;
const refuse = (reason: string) => ({ actions: { type: 'refuse', params: { reason } } }) as const;

const isMuted = ({ context, event }: Given<{ by: { id: string }; at: number }>): boolean =>
  until(context.muted, event.by.id) > event.at;
const isBanned = ({ context, event }: Given<{ by: { id: string }; at: number }>): boolean =>
  until(context.banned, event.by.id) > event.at;
const isNoModerator = ({ event }: { event: { by: { role: string } } }): boolean => event.by.role !== 'moderator';
const isUnknown = ({ context, event }: Given<OnMessage>): boolean => !find(context.messages, event.data.id);
const isNotTheirs = ({ context, event }: Given<OnMessage>): boolean =>
  event.by.role !== 'moderator' && find(context.messages, event.data.id)?.author !== event.by.id;
const isEditedOut = ({ context, event }: Given<OnMessage>): boolean =>
  (find(context.messages, event.data.id)?.edits.length ?? 0) >= MAX_EDITS;

export const chatMachine = setup({
  types: roomTypes<typeof Chat, ChatState>(),
  actions: {
    refuse: emit((_, { reason }: { reason: string }) => out.room.reject(reason)),
    forbid: emit((_, { reason }: { reason: string }) => out.room.reject(reason, 'FORBIDDEN')),
  },
}).createMachine({
  context: ({ input }) => ({ topic: input.params.topic, messages: NO_MESSAGES, muted: [], banned: [] }),
  on: {
    'room.join': { guard: isBanned, ...forbid('kicked') },
    say: [
      { guard: isMuted, ...forbid('muted') },
      {
        actions: enqueueActions(({ context, event: { id, by, data, at }, enqueue }) => {
          const message = { id, from: { id: by.id, name: by.name }, text: data.text, at };
          enqueue.assign({ messages: add(context.messages, { ...message, edits: [] }) });
          enqueue.emit(out.message(message));
        }),
      },
    ],
    edit: [
      { guard: isMuted, ...forbid('muted') },
      { guard: isUnknown, ...refuse('no such message') },
      { guard: isNotTheirs, ...forbid('not your message') },
      { guard: isEditedOut, ...refuse('edited too often') },
      {
        actions: [
          assign(({ context, event: { id: input, data, at } }) => ({
            messages: edit(context.messages, { ...data, at, input }),
          })),
          emit(({ event: { data, at } }) => out.edited({ ...data, at })),
        ],
      },
    ],
    remove: [
      { guard: isUnknown, ...refuse('no such message') },
      { guard: isNotTheirs, ...forbid('not your message') },
      {
        actions: enqueueActions(({ context, event: { data }, enqueue }) => {
          const edits = find(context.messages, data.id)?.edits ?? [];
          enqueue.assign({ messages: remove(context.messages, data.id) });
          for (const input of [data.id, ...edits]) enqueue.emit(out.room.redact(input));
          enqueue.emit(out.removed({ id: data.id }));
        }),
      },
    ],
    mute: [
      { guard: isNoModerator, ...forbid('not a moderator') },
      {
        actions: enqueueActions(({ context, event: { data, at }, enqueue }) => {
          const end = at + data.minutes * MINUTE_MS;
          enqueue.assign({ muted: sanction(context.muted, data.user, end, at) });
          enqueue.emit(out.muted({ user: data.user, until: end }));
        }),
      },
    ],
    kick: [
      { guard: isNoModerator, ...forbid('not a moderator') },
      {
        actions: enqueueActions(({ context, event: { data, at }, enqueue }) => {
          const end = at + BAN_MS;
          enqueue.assign({ banned: sanction(context.banned, data.user, end, at) });
          enqueue.emit(out.kicked({ user: data.user, until: end }));
          enqueue.emit(out.room.kick(data.user, 'kicked'));
        }),
      },
    ],
  },
});

/** What everybody is shown on joining. */
export const viewChat = ({ topic, messages }: ChatState) => ({
  topic,
  messages: messages.shown.map(({ edits: _, ...message }) => message),
});
