import type { Model, Observer, Workload } from '@greenroom/testing/faults';
import { assign, emit, enqueueActions, setup } from 'xstate';
import { z } from 'zod';
import { defineRoom, directed } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { roomKind, type KindOptions, type RoomKind } from '../kind.js';
import { statechart } from '../room/statechart.js';

const parts = {
  member: z.object({ name: z.string() }),
  commands: {
    say: z.object({ text: z.string() }),
    whisper: z.object({ to: z.string(), text: z.string() }),
    others: z.object({ text: z.string() }),
    remove: z.object({ id: z.string() }),
    kick: z.object({ member: z.string() }),
    refuse: z.object({ text: z.string() }),
    fail: z.object({ text: z.string() }),
  },
  events: {
    said: z.object({ id: z.string(), text: z.string() }),
    whispered: directed(z.object({ text: z.string() })),
    noted: z.object({ text: z.string() }),
    removed: z.object({ id: z.string() }),
  },
  view: z.object({ said: z.array(z.object({ id: z.string(), text: z.string() })) }),
};
const Talk = defineRoom({ kind: 'talk', ...parts });
const Hall = defineRoom({ kind: 'hall', ...parts });
const out = outputs(Talk);

interface TalkState {
  readonly address: string;
  readonly said: readonly { readonly id: string; readonly text: string }[];
}

const machine = (observe: Observer) =>
  setup({ types: roomTypes<typeof Talk, TalkState>() }).createMachine({
    context: ({ input }) => ({ address: input.address, said: [] }),
    on: {
      say: {
        actions: [
          assign(({ context, event }) => ({ said: [...context.said, { id: event.id, text: event.data.text }] })),
          emit(({ event }) => out.said({ id: event.id, text: event.data.text })),
          ({ context, event }) => observe({ type: 'acted', room: context.address, id: event.id }),
        ],
      },
      whisper: { actions: emit(({ event }) => out.whispered(event.data.to, { text: event.data.text })) },
      others: { actions: emit(({ event }) => out.noted({ text: event.data.text }, { except: event.by.id })) },
      remove: {
        guard: ({ context, event }) => context.said.some(({ id }) => id === event.data.id),
        actions: enqueueActions(({ context, event: { data }, enqueue }) => {
          enqueue.assign({ said: context.said.filter(({ id }) => id !== data.id) });
          enqueue.emit(out.room.redact(data.id));
          enqueue.emit(out.removed({ id: data.id }));
        }),
      },
      kick: { actions: emit(({ event }) => out.room.kick(event.data.member, 'out')) },
      refuse: { actions: [emit(({ event }) => out.noted(event.data)), emit(out.room.reject('no'))] },
      fail: {
        actions: [
          emit(({ event }) => out.noted(event.data)),
          assign((): Partial<TalkState> => {
            throw new Error('as asked');
          }),
        ],
      },
    },
  });

const seqOf = (id: string): number => Number.parseInt(id.slice(id.indexOf('-') + 1), 36);

/** Two kinds that differ in how much their members may know: all from the beginning and a view, or what happens now. */
export const talkKinds = (observe: Observer, options: KindOptions = {}): RoomKind[] => {
  const logic = statechart(machine(observe), { freeze: true });
  const quick = { graceMs: 3000, passivateAfterMs: 5000, ...options };
  return [
    roomKind(Talk, {
      logic,
      view: (state) => ({ said: (state as { context: TalkState }).context.said }),
      historyFor: 'all',
      ...quick,
    }),
    roomKind(Hall, { logic, ...quick }),
  ];
};

export const historyOf = (address: string): 'all' | 'joined' => (address.startsWith('talk/') ? 'all' : 'joined');

/** What is said and not removed, by position: a blanked event has no text, and is removed by a later one. */
const said: Model<ReadonlyMap<number, string>> = {
  from: (view) =>
    new Map(((view as { said: TalkState['said'] } | undefined)?.said ?? []).map(({ id, text }) => [seqOf(id), text])),
  apply: (state, { seq, name, data }) => {
    const next = new Map(state);
    if (name === 'said') next.set(seq, (data as { text: string } | null)?.text ?? '');
    if (name === 'removed') next.delete(seqOf((data as { id: string }).id));
    return next;
  },
  show: (state) => [...state].sort(([a], [b]) => a - b),
};
export const talkModels: Readonly<Record<string, Model>> = { talk: said };

const text = (name: string, weight: number): Workload[string][number] => ({
  weight,
  make: ({ token }) => ({ name, data: { text: token }, token }),
});
const acts: Workload[string] = [
  text('say', 50),
  text('others', 8),
  text('refuse', 4),
  text('fail', 2),
  {
    weight: 15,
    make: ({ dice, token, members }) => {
      if (members.length === 0) return undefined;
      const to = dice.pick(members);
      return { name: 'whisper', data: { to, text: token }, token, to };
    },
  },
  {
    weight: 4,
    make: ({ dice, own }) => {
      const mine = own.filter(({ name }) => name === 'said');
      if (mine.length === 0) return undefined;
      return { name: 'remove', data: { id: (dice.pick(mine).data as { id: string }).id } };
    },
  },
  {
    weight: 2,
    make: ({ dice, members }) =>
      members.length === 0 ? undefined : { name: 'kick', data: { member: dice.pick(members) } },
  },
];
export const talkWorkload: Workload = { talk: acts, hall: acts };
