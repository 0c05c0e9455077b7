import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ticker } from './ticker.js';

const momentsOf = async (risesMs: number, ms: number): Promise<number[]> => {
  const moments: number[] = [];
  let first: number | undefined;
  // The first is the beginning: a time that is taken beside it would be another on a busy machine.
  const ticker = new Ticker(1000, risesMs, (at) => moments.push(at - (first ??= at)));
  ticker.start();
  // However late it looks.
  while ((moments.at(-1) ?? 0) < ms) await sleep(1);
  ticker.stop();
  return moments;
};
/** What is due before an end, however late the last look was. */
const before = (moments: readonly number[], ms: number): number => moments.filter((at) => at < ms).length;

test('an even rhythm has a moment every so often', async () => {
  const moments = await momentsOf(0, 60);
  expect(before(moments, 50)).toBeGreaterThanOrEqual(49);
  expect(before(moments, 50)).toBeLessThanOrEqual(51);
});

test('a rhythm that rises has half as many moments while it does, ever closer, and then all', async () => {
  const moments = await momentsOf(40, 90);
  expect(before(moments, 40)).toBeGreaterThanOrEqual(19);
  expect(before(moments, 40)).toBeLessThanOrEqual(21);
  const after = before(moments, 80) - before(moments, 40);
  expect(after).toBeGreaterThanOrEqual(39);
  expect(after).toBeLessThanOrEqual(41);
  const gaps = moments.slice(1).map((at, i) => at - (moments[i] ?? 0));
  for (const [i, gap] of gaps.entries()) expect(gap).toBeLessThanOrEqual((gaps[i - 1] ?? Infinity) + 0.2);
});
