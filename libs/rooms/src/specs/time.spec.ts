import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import type { RoomStore } from '../log/store.js';
import { lab } from './lab.fixture.js';
import { A, entriesOf } from './two-members.fixture.js';

const HOUR = 3_600_000;
const kind = lab({ historyFor: 'all', passivateAfterMs: 60_000, graceMs: 30_000 });

/** When it rang, by the log. */
const rings = async (rooms: TestRooms): Promise<number[]> =>
  (await entriesOf(rooms)).filter(({ events }) => events.some(({ name }) => name === 'rang')).map(({ at }) => at);

/** A room in which somebody set an alarm and left. */
const armed = async (ms: number): Promise<{ rooms: TestRooms; due: number }> => {
  const rooms = await startTestRooms({ kinds: [kind] });
  const ann = rooms.connect('ann');
  await ann.join(A);
  await ann.send(A, 'later', { ms });
  await ann.leave(A);
  return { rooms, due: rooms.clock.now() + ms };
};

/** Has a verb of a store take so long. */
const slow = (rooms: TestRooms, verb: 'claim' | 'saveSnapshot', ms: number): void => {
  const { store, clock } = rooms;
  const own = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
  const late = async (...args: unknown[]): Promise<unknown> => {
    await new Promise<void>((resolve) => clock.after(ms, resolve));
    return own(...args);
  };
  store[verb] = late as RoomStore['claim'] & RoomStore['saveSnapshot'];
};

/** Once, not before it was due, and not much after. */
const expectOneRing = async (rooms: TestRooms, due: number, withinMs = 2000): Promise<void> => {
  const rang = await rings(rooms);
  expect(rang).toHaveLength(1);
  expect(rang[0]).toBeGreaterThanOrEqual(due);
  expect(rang[0]).toBeLessThanOrEqual(due + withinMs);
};

describe('an alarm', () => {
  it('for an hour, in a room that is unloaded, rings when it is due', async () => {
    const { rooms, due } = await armed(HOUR);
    await rooms.clock.advance(HOUR / 2);
    expect(rooms.node.active).toBe(0);
    await rooms.clock.advance(HOUR);
    await expectOneRing(rooms, due);
    expect(rooms.node.active).toBe(0);
  });

  it('rings once whatever it meets: the room at rest, being saved, gone, or being loaded', async () => {
    // A room rests for 60 s; saving and loading take 40 ms here, and who sleeps is looked for every second.
    for (const ms of [59_999, 60_000, 60_001, 60_020, 60_039, 60_040, 60_041, 60_100, 61_000, 61_020]) {
      const { rooms, due } = await armed(ms);
      slow(rooms, 'saveSnapshot', 40);
      slow(rooms, 'claim', 40);
      await rooms.clock.advance(200_000);
      await expectOneRing(rooms, due);
    }
  });

  it('rings once though the process is killed again and again while it loads the room', async () => {
    const { rooms: first, due } = await armed(HOUR);
    let rooms = await first.kill();
    await rooms.clock.advance(HOUR - 100);
    for (const msAfterClaim of [0, 5, 20, 39, 41]) {
      const claim = rooms.store.claim.bind(rooms.store);
      slow(rooms, 'claim', 40);
      await rooms.clock.advance(1000 + msAfterClaim);
      rooms = await rooms.kill();
      rooms.store.claim = claim;
    }
    await rooms.clock.advance(5000);
    await expectOneRing(rooms, due, 10_000);
    rooms = await rooms.kill();
    await rooms.clock.advance(HOUR);
    expect(await rings(rooms)).toHaveLength(1);
  });

  it('for longer than a timer of Node can wait rings when it is due, in a room in use as in one that sleeps', async () => {
    const MONTHS = 2 ** 31 + 12_345;
    const asleep = await armed(MONTHS);
    await asleep.rooms.clock.advance(120_000);
    const inUse = await armed(MONTHS);
    await inUse.rooms.connect('bob').join(A);
    for (const { rooms, due } of [asleep, inUse]) {
      rooms.clock.set(due - 10_000);
      await rooms.clock.advance(9000);
      expect(await rings(rooms)).toEqual([]);
      await rooms.clock.advance(5000);
      await expectOneRing(rooms, due);
    }
  });

  it('goes by the wall clock: set forward it rings soon, in a room in use too; set back it waits', async () => {
    for (const isInUse of [true, false]) {
      const forward = await armed(HOUR);
      if (isInUse) await forward.rooms.connect('bob').join(A);
      await forward.rooms.clock.advance(120_000);
      forward.rooms.clock.set(forward.due + 1);
      await forward.rooms.clock.advance(2000);
      await expectOneRing(forward.rooms, forward.due, 3000);

      const back = await armed(HOUR);
      if (isInUse) await back.rooms.connect('bob').join(A);
      await back.rooms.clock.advance(120_000);
      back.rooms.clock.set(back.rooms.clock.now() - HOUR);
      await back.rooms.clock.advance(HOUR);
      expect(await rings(back.rooms)).toEqual([]);
      await back.rooms.clock.advance(HOUR);
      await expectOneRing(back.rooms, back.due);
    }
  });

  it('that is looked for keeps no room in use', async () => {
    const calls: string[] = [];
    const rooms = await startTestRooms({
      kinds: [lab({ passivateAfterMs: 60_000, afterCommit: ({ name }) => void calls.push(name) })],
    });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.leave(A);
    await rooms.clock.advance(130_000);
    expect(calls).toContain('joined');
    expect(rooms.node.active).toBe(0);
  });
});

describe('the grace time of a session', () => {
  const lost = async (rooms: TestRooms): Promise<number[]> =>
    (await entriesOf(rooms))
      .filter(({ input }) => input.type === 'leave' && input.reason === 'lost')
      .map(({ at }) => at);

  it('ends when it would have, though the process is killed and nobody asks for the room', async () => {
    const first = await startTestRooms({ kinds: [kind] });
    const ann = first.connect('ann');
    await ann.join(A);
    ann.drop();
    const until = first.clock.now() + 30_000;
    await first.clock.advance(10_000);
    const rooms = await first.kill();
    await rooms.clock.advance(19_000);
    expect(await lost(rooms)).toEqual([]);
    await rooms.clock.advance(3000);
    const ends = await lost(rooms);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBeGreaterThanOrEqual(until);
  });

  it('ends once though the process is killed twice after it, before anything could be written', async () => {
    const first = await startTestRooms({ kinds: [kind] });
    const ann = first.connect('ann');
    await ann.join(A);
    ann.drop();
    await first.settle();
    const second = await first.kill();
    slow(second, 'claim', 40);
    await second.clock.advance(30_500);
    const third = await second.kill();
    await third.clock.advance(10_000);
    expect(await lost(third)).toHaveLength(1);
  });
});
