import { assign, emit, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { command, defineRoom, directed } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { roomKind, type KindOptions, type RoomKind } from '../kind.js';
import { statechart } from '../room/statechart.js';

/** A room that does everything a room may do. */
export const Lab = defineRoom({
  kind: 'lab',
  params: z.object({ topic: z.string().default('general') }),
  member: z.object({ name: z.string() }),
  commands: {
    say: z.object({ text: z.string() }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
    whisper: z.object({ to: z.string(), text: z.string() }),
    tellOthers: z.object({ text: z.string() }),
    quiet: z.object({}),
    refuse: z.object({ code: z.enum(['REJECTED', 'FORBIDDEN']) }),
    boomAssign: z.object({}),
    boomEmit: z.object({}),
    boomGuard: z.object({}),
    boomAction: z.object({}),
    twoReplies: z.object({}),
    replyAndReject: z.object({}),
    badEvent: z.object({}),
    kick: z.object({ member: z.string() }),
    close: z.object({}),
    finish: z.object({}),
    redact: z.object({ id: z.string() }),
    later: z.object({ ms: z.number() }),
    look: z.object({ fails: z.boolean() }),
    never: z.object({}),
  },
  events: {
    said: z.object({ id: z.string(), text: z.string(), by: z.string() }),
    whispered: directed(z.object({ text: z.string() })),
    noted: z.object({ text: z.string() }),
    rang: z.object({ at: z.number() }),
    seen: z.object({ what: z.string() }),
    joined: z.object({ id: z.string() }),
  },
  signals: { typing: z.object({ on: z.boolean() }) },
  view: z.object({ said: z.array(z.string()) }),
});
const out = outputs(Lab);

interface LabState {
  said: string[];
  passages: string[];
}

export const labMachine = (acted: string[] = []) =>
  setup({
    types: roomTypes<typeof Lab, LabState>(),
    actors: {
      look: fromPromise(async ({ input }: { input: { fails: boolean } }) => {
        acted.push('looked');
        if (input.fails) throw new Error('blind');
        return 'bird';
      }),
    },
    guards: {
      boom: (): boolean => {
        throw new Error('guard');
      },
      never: () => false,
      isBanned: ({ event }) => event.type === 'room.join' && event.by.id === 'banned',
    },
    delays: { asked: ({ event }) => (event.type === 'later' ? event.data.ms : 0) },
  }).createMachine({
    context: { said: [], passages: [] },
    initial: 'open',
    on: {
      'room.join': [
        { guard: 'isBanned', actions: emit(out.room.reject('banned', 'FORBIDDEN')) },
        {
          actions: [
            assign({ passages: ({ context, event }) => [...context.passages, `join ${event.by.id}`] }),
            emit(({ event }) => out.joined({ id: event.by.id })),
          ],
        },
      ],
      'room.leave': {
        actions: assign({
          passages: ({ context, event }) => [...context.passages, `leave ${event.by.id} ${event.reason}`],
        }),
      },
      'room.drop': {
        actions: assign({ passages: ({ context, event }) => [...context.passages, `drop ${event.by.id}`] }),
      },
      'room.resume': {
        actions: assign({ passages: ({ context, event }) => [...context.passages, `resume ${event.by.id}`] }),
      },
      say: {
        actions: [
          assign({ said: ({ context, event }) => [...context.said, event.data.text] }),
          emit(({ event }) => out.said({ id: event.id, text: event.data.text, by: event.by.id })),
        ],
      },
      add: { actions: emit(({ event }) => out.room.reply('add', { sum: event.data.a + event.data.b })) },
      whisper: { actions: emit(({ event }) => out.whispered(event.data.to, { text: event.data.text })) },
      tellOthers: {
        actions: emit(({ event }) => out.noted({ text: event.data.text }, { except: event.by.id })),
      },
      quiet: { actions: () => acted.push('quiet') },
      refuse: {
        actions: [
          assign({ said: ({ context }) => [...context.said, 'must not stay'] }),
          emit(out.noted({ text: 'must not be seen' })),
          emit(({ event }) => out.room.reject('no', event.data.code)),
        ],
      },
      boomAssign: {
        actions: [
          emit(out.noted({ text: 'must not be seen' })),
          assign(() => {
            throw new Error('assign');
          }),
        ],
      },
      boomEmit: {
        actions: emit(() => {
          throw new Error('emit');
        }),
      },
      boomGuard: { guard: 'boom' },
      boomAction: {
        actions: [
          emit(out.noted({ text: 'stands' })),
          () => {
            throw new Error('action');
          },
          () => acted.push('after boom'),
        ],
      },
      twoReplies: { actions: [emit(out.room.reply('add', { sum: 1 })), emit(out.room.reply('add', { sum: 2 }))] },
      replyAndReject: { actions: [emit(out.room.reply('add', { sum: 1 })), emit(out.room.reject('no'))] },
      badEvent: { actions: emit({ type: 'said', data: { text: 7 } } as never) },
      kick: { actions: emit(({ event }) => out.room.kick(event.data.member, 'out')) },
      close: { actions: emit(out.room.close('enough')) },
      finish: '.done',
      redact: { actions: emit(({ event }) => out.room.redact(event.data.id)) },
      later: '.armed',
      look: '.looking',
      never: { guard: 'never' },
    },
    states: {
      open: {},
      armed: {
        after: { asked: { target: 'open', actions: emit(({ event }) => out.rang({ at: event.at })) } },
      },
      looking: {
        invoke: {
          src: 'look',
          input: ({ event }) => ({ fails: event.type === 'look' && event.data.fails }),
          onDone: { target: 'open', actions: emit(({ event }) => out.seen({ what: event.output })) },
        },
      },
      done: { type: 'final' },
    },
  });

export const lab = (
  options: KindOptions & Partial<Pick<RoomKind, 'view' | 'afterCommit'>> = {},
  acted: string[] = [],
): RoomKind =>
  roomKind(Lab, {
    logic: statechart(labMachine(acted), { freeze: true }),
    view: (state) => ({ said: (state as { context: LabState }).context.said }),
    ...options,
  });

export const passagesOf = (state: unknown): string[] => (state as { context: LabState }).context.passages;
