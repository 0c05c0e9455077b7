import { beforeEach, expect, it } from '@jest/globals';
import { VirtualClock } from '@greenroom/testing';
import { Timeouts } from './timeouts.js';

/** Counts the timers it has. */
class CountingClock extends VirtualClock {
  pending = 0;

  override after(delayMs: number, run: () => void): ReturnType<VirtualClock['after']> {
    this.pending += 1;
    return super.after(delayMs, () => {
      this.pending -= 1;
      run();
    });
  }

  override cancel(timer: Parameters<VirtualClock['cancel']>[0]): void {
    this.pending -= 1;
    super.cancel(timer);
  }
}

let clock: CountingClock;
let timeouts: Timeouts;
let late: string[];
const begin = (name: string) => timeouts.begin(() => late.push(name));

beforeEach(() => {
  clock = new CountingClock();
  timeouts = new Timeouts(clock, 100);
  late = [];
});

it('each is given up when its own time is over, unless it has ended', async () => {
  begin('a');
  const ended = begin('b');
  await clock.advance(50);
  begin('c');
  ended.end();
  await clock.advance(49);
  expect(late).toEqual([]);
  await clock.advance(1);
  expect(late).toEqual(['a']);
  await clock.advance(49);
  expect(late).toEqual(['a']);
  await clock.advance(1);
  expect(late).toEqual(['a', 'c']);
});

it('those of a millisecond share a timer, which goes with the last of them', async () => {
  const all = ['a', 'b', 'c'].map(begin);
  expect(clock.pending).toBe(1);
  for (const each of all) each.end();
  expect(clock.pending).toBe(0);
  begin('d');
  expect(clock.pending).toBe(1);
  await clock.advance(100);
  expect(late).toEqual(['d']);
  expect(clock.pending).toBe(0);
});

it('one that ends twice, or after it was given up, takes nobody with it', async () => {
  const twice = begin('twice');
  begin('other');
  twice.end();
  twice.end();
  await clock.advance(100);
  expect(late).toEqual(['other']);
  const given = begin('given up');
  await clock.advance(100);
  given.end();
  begin('next');
  await clock.advance(100);
  expect(late).toEqual(['other', 'given up', 'next']);
});

it('a step of the wall clock gives nobody up, and keeps nobody', async () => {
  begin('a');
  clock.set(clock.now() + 3_600_000);
  begin('b');
  await clock.advance(99);
  expect(late).toEqual([]);
  clock.set(clock.now() - 7_200_000);
  await clock.advance(1);
  expect(late).toEqual(['a', 'b']);
});

it('what is begun by one that is given up has its own time', async () => {
  timeouts.begin(() => begin('second'));
  await clock.advance(199);
  expect(late).toEqual([]);
  await clock.advance(1);
  expect(late).toEqual(['second']);
});
