import { VirtualClock } from '@greenroom/testing';
import { expect, it } from '@jest/globals';
import { GapError, MovedError, UnavailableError } from '../errors.js';
import { Arrivals, type Round } from './arrivals.js';
import type { Envelope } from './courier.js';

const setUp = () => {
  const clock = new VirtualClock();
  const arrivals = new Arrivals(clock);
  const enter = (round: number, index: number, from = 'n1', address = 'lab/a') => {
    const envelope: Envelope = { address, request: { type: 'count' }, deadline: Infinity, from, round, index };
    try {
      return arrivals.enter(envelope);
    } catch (error) {
      return error;
    }
  };
  return { clock, arrivals, enter };
};

it('calls are taken in the order in which they were asked, of each node and each room for itself', () => {
  const { enter } = setUp();
  const round = enter(4, 0);
  for (const index of [1, 2, 3]) expect(enter(4, index)).toBe(round);
  expect(enter(2, 0, 'n2')).not.toBeInstanceOf(Error);
  expect(enter(3, 0, 'n1', 'lab/b')).not.toBeInstanceOf(Error);
  expect(enter(4, 4)).toBe(round);
});

it('after a call that was turned away nothing of its round is taken; the next round is', () => {
  const { enter } = setUp();
  const round = enter(1, 0) as Round;
  round.close(new MovedError());
  expect(enter(1, 1)).toBeInstanceOf(MovedError);
  expect(enter(1, 2)).toBeInstanceOf(MovedError);
  expect(enter(2, 0)).not.toBeInstanceOf(Error);
  expect(enter(2, 1)).not.toBeInstanceOf(Error);
});

it('after a call that could not be done, what was under way behind it is refused alike, and does not come again by itself', () => {
  const { enter } = setUp();
  (enter(1, 0) as Round).close(new UnavailableError());
  const next = enter(1, 1);
  expect([next instanceof UnavailableError, next instanceof MovedError]).toEqual([true, false]);
  expect(enter(2, 0)).not.toBeInstanceOf(Error);
});

it('after one that was lost nothing of its round is taken, and who asks is told from where', () => {
  const { enter } = setUp();
  enter(1, 0);
  const gap = enter(1, 2);
  expect([gap instanceof GapError, (gap as GapError).index]).toEqual([true, 1]);
  // Found again on a slower way, it is too late as well.
  expect(enter(1, 1)).toBeInstanceOf(MovedError);
  const first = enter(2, 1);
  expect([first instanceof GapError, (first as GapError).index]).toEqual([true, 0]);
});

it('nothing is done twice, and nothing of an earlier round', () => {
  const { enter } = setUp();
  enter(5, 0);
  expect(enter(5, 0)).toBeInstanceOf(MovedError);
  enter(6, 0);
  expect(enter(5, 1)).toBeInstanceOf(MovedError);
  expect(enter(6, 1)).not.toBeInstanceOf(Error);
});

it('lines are forgotten when nothing comes of them; what is left of one is turned away, and not said to be lost', async () => {
  const { clock, arrivals, enter } = setUp();
  for (let i = 0; i < 100; i += 1) enter(1, 0, 'n1', `lab/${i}`);
  await clock.advance(6000);
  enter(1, 1, 'n1', 'lab/7');
  await clock.advance(6000);
  const left = enter(1, 1, 'n1', 'lab/8');
  expect([left instanceof MovedError, left instanceof GapError]).toEqual([true, false]);
  expect(enter(1, 2, 'n1', 'lab/7')).not.toBeInstanceOf(Error);
  expect(arrivals.size).toBe(1);
  expect(enter(2, 0, 'n1', 'lab/8')).not.toBeInstanceOf(Error);
});
