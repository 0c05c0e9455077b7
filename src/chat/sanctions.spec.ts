import { expect, test } from '@jest/globals';
import { MAX_SANCTIONS, sanction, until, type Sanctions } from './sanctions.js';

test('the last word counts, and what is over is dropped', () => {
  const first = sanction(sanction([], 'ann', 100, 0), 'bob', 50, 0);
  expect([until(first, 'ann'), until(first, 'bob'), until(first, 'eve')]).toEqual([100, 50, 0]);
  expect(sanction(first, 'ann', 200, 60)).toEqual([['ann', 200]]);
});

test('however many there are, only those that last longest are kept', () => {
  let sanctions: Sanctions = [];
  for (let n = 1; n <= MAX_SANCTIONS + 5; n++) sanctions = sanction(sanctions, `user ${n}`, n, 0);
  expect(sanctions).toHaveLength(MAX_SANCTIONS);
  expect(sanctions[0]).toEqual(['user 6', 6]);
});
