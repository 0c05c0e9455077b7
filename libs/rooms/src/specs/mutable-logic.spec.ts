import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection, type TestRooms } from '@greenroom/testing';
import { roomKind, SYSTEM } from '../kind.js';
import type { RoomLogic } from '../room/logic.js';
import { lab, Lab } from './lab.fixture.js';

const A = 'lab/a';
const texts = (events: readonly { name: string; data: unknown }[]) =>
  events.filter(({ name }) => name === 'said').map(({ data }) => (data as { text: string }).text);
const say = (who: TestConnection, text: string, commandId?: string) => who.send(A, 'say', { text }, commandId);
const ids = async (rooms: TestRooms) => (await rooms.node.room(A).members()).members.map(({ id }) => id);
const holdAppends = (rooms: TestRooms) => {
  const append = rooms.store.append.bind(rooms.store);
  const held: (() => void)[] = [];
  let isHolding = true;
  rooms.store.append = async (...args) => {
    if (isHolding) await new Promise<void>((resolve) => held.push(resolve));
    return append(...args);
  };
  return () => {
    isHolding = false;
    for (const go of held.splice(0)) go();
  };
};
const open = async (kind = lab(), limits = {}) => {
  const rooms = await startTestRooms({ kinds: [kind], limits });
  const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
  await ann.join(A);
  await bob.join(A);
  await rooms.clock.advance(1000);
  return { rooms, ann, bob };
};

describe('a logic that changes in place', () => {
  it('a timer that throws half-way in a logic that changes in place leaves a room that replays', async () => {
    const rooms = await startTestRooms({ kinds: [roomKind(Lab, { logic: mutable() })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.send(A, 'later', { ms: 100 });
    await rooms.clock.advance(200);
    await rooms.clock.advance(5000);
    await say(ann, 'x');
    await rooms.clock.advance(5000);
    const after = await rooms.kill();
    await expect(after.connect('bob').join(A)).resolves.toBeDefined();
    expect(after.logged).toEqual([]);
  });
});

/** A logic that changes its state in place: `add` counts, `later` arms a timer that throws half-way. */
interface Count {
  said: string[];
  n: number;
  timers: { id: string; due: number }[];
}
function mutable() {
  return {
    whyNotDurable: () => undefined,
    create: (): RoomLogic =>
      ({
        mutable: true,
        start: () => ({ state: { said: [], n: 0, timers: [] }, taken: true, outputs: [], effects: [], done: false }),
        apply: (
          state: Count,
          event: { type: string; data?: { text?: string; ms?: number }; id: string; at: number; by?: { id: string } },
        ) => {
          const outputs: { type: string; [k: string]: unknown }[] = [];
          if (event.type === 'say') {
            state.said.push(event.data?.text ?? '');
            outputs.push({
              type: 'said',
              data: { id: event.id, text: `${event.data?.text} ${state.n}`, by: event.by?.id },
            });
          }
          if (event.type === 'refuse') {
            state.n += 1;
            outputs.push({ type: 'room.reject', reason: 'no' });
          }
          if (event.type === 'later') state.timers.push({ id: event.id, due: event.at + (event.data?.ms ?? 0) });
          if (event.type === 'add') outputs.push({ type: 'room.reply', data: { sum: state.n } });
          return { state, taken: true, outputs, effects: [], done: false };
        },
        save: (state: Count) => structuredClone(state),
        load: (saved: Count) => structuredClone(saved),
        nextTimer: (state: Count) => state.timers[0],
        fire: (state: Count) => {
          state.n += 100;
          throw new Error('half-way');
        },
        spend: (state: Count, timer: string) => {
          state.timers = state.timers.filter(({ id }) => id !== timer);
          return state;
        },
        expose: (state: Count) => state,
        resume: () => {},
        stop: () => {},
        isBusy: () => false,
      }) as unknown as RoomLogic,
  };
}
