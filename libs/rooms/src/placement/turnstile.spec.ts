import { VirtualClock } from '@greenroom/testing';
import { expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

const LONG_MS = 500;
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many through at a time, in the order in which they came, also behind one that fails', async () => {
  const turnstile = new Turnstile(2, LONG_MS, new VirtualClock());
  const begun: number[] = [];
  const ends: ((failed?: Error) => void)[] = [];
  const passed = [0, 1, 2, 3, 4].map((n) =>
    turnstile.pass(async () => {
      begun.push(n);
      await new Promise<void>((resolve, reject) => (ends[n] = (failed) => (failed ? reject(failed) : resolve())));
      return n;
    }),
  );
  await settle();
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('no'));
  await expect(passed[1]).rejects.toThrow('no');
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await settle();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  ends[3]?.();
  ends[4]?.();
  expect(await Promise.all([passed[0], ...passed.slice(2)])).toEqual([0, 2, 3, 4]);
  // All places are free again.
  for (const n of [5, 6, 7])
    void turnstile.pass(async () => {
      begun.push(n);
      await new Promise(() => {});
    });
  await settle();
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('whoever takes long holds up nobody, and gives up their place once', async () => {
  const clock = new VirtualClock();
  const turnstile = new Turnstile(1, LONG_MS, clock);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  for (let n = 0; n < 5; n += 1)
    void turnstile.pass(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => (ends[n] = resolve));
    });
  await clock.advance(LONG_MS - 1);
  expect(begun).toEqual([0]);
  await clock.advance(1);
  expect(begun).toEqual([0, 1]);
  // The first is done after all: its place is another's by now.
  ends[0]?.();
  await clock.advance(LONG_MS - 1);
  expect(begun).toEqual([0, 1]);
  ends[1]?.();
  await clock.advance(LONG_MS - 1);
  expect(begun).toEqual([0, 1, 2]);
  await clock.advance(1);
  expect(begun).toEqual([0, 1, 2, 3]);
});
