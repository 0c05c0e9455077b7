import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import { SYSTEM } from '../kind.js';
import { lab } from './lab.fixture.js';
import { A, entriesOf, texts } from './two-members.fixture.js';

const REST_MS = 60_000;
/** What the store takes for each write. */
const WRITE_MS = 10;

/** A room that somebody has just left, on a store that takes its time. */
const left = async (): Promise<TestRooms> => {
  const rooms = await startTestRooms({ kinds: [lab({ passivateAfterMs: REST_MS })] });
  const ann = rooms.connect('ann');
  await ann.join(A);
  await ann.leave(A);
  const { store, clock } = rooms;
  const late = () => new Promise<void>((resolve) => clock.after(WRITE_MS, resolve));
  const { claim, append, saveSnapshot } = {
    claim: store.claim.bind(store),
    append: store.append.bind(store),
    saveSnapshot: store.saveSnapshot.bind(store),
  };
  store.claim = (...args) => late().then(() => claim(...args));
  store.append = (...args) => late().then(() => append(...args));
  store.saveSnapshot = (...args) => late().then(() => saveSnapshot(...args));
  return rooms;
};
const say = (rooms: TestRooms, text: string) =>
  rooms.node.room(A).send('say', { text }, { as: SYSTEM, commandId: text });
const said = async (rooms: TestRooms) => texts((await entriesOf(rooms)).flatMap(({ events }) => events));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('at the seams of its life a room', () => {
  it('loses no command and runs none twice: at rest, being saved, gone, being loaded', async () => {
    const lives = new Set<number>();
    for (const offset of range(-3, 40)) {
      const rooms = await left();
      await rooms.clock.advance(REST_MS + offset);
      const [first, second] = [say(rooms, 'first'), say(rooms, 'second')];
      await rooms.clock.advance(7);
      const third = say(rooms, 'third');
      await rooms.clock.advance(1000);
      const seqs = (await Promise.all([first, second, third])).map(({ position }) => position.seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(await said(rooms)).toEqual(['first', 'second', 'third']);
      lives.add((await entriesOf(rooms)).filter(({ input }) => input.type === 'barrier').length);
      await rooms.clock.advance(2 * REST_MS);
      expect(rooms.node.active).toBe(0);
    }
    // It was met in its first life, and in its second.
    expect(lives).toEqual(new Set([1, 2]));
  });

  it('asked while its node is drained either has done what it was asked, or says that it has not', async () => {
    const outcomes = new Set<string>();
    for (const offset of range(0, 45)) {
      const rooms = await left();
      // Asked first, so that it is activated again where it was gone.
      await rooms.clock.advance(offset % 2 === 0 ? 100 : 2 * REST_MS);
      const before = say(rooms, 'before');
      await rooms.clock.advance(offset);
      const drained = rooms.node.drain();
      const [during] = [say(rooms, 'during')];
      const settled = Promise.allSettled([before, during]);
      await rooms.clock.advance(5000);
      await drained;
      expect(rooms.node.active).toBe(0);
      const texts = await said(rooms);
      const results = await settled;
      for (const [index, result] of results.entries()) {
        const isThere = texts.includes(index === 0 ? 'before' : 'during');
        expect(isThere).toBe(result.status === 'fulfilled');
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UNAVAILABLE' });
      }
      outcomes.add(results.map(({ status }) => status).join());
    }
    expect(outcomes).toContain('fulfilled,rejected');
  });
});
