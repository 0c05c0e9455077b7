import { expect, it } from '@jest/globals';
import { Distribution, longestGap, stepFor } from './distribution.js';

it('a quantile is a value that so many do not exceed, whatever the order', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
  const of = new Distribution(hundred);
  expect([of.min, of.quantile(0.5), of.quantile(0.9), of.quantile(0.99), of.max]).toEqual([1, 50, 90, 99, 100]);
  expect(new Distribution([7]).quantile(0.99)).toBe(7);
  expect(new Distribution([3, 1, 2]).quantile(0.99)).toBe(3);
  expect(new Distribution([]).max).toBeNaN();
});

it('steps of a histogram leave nothing out, and show where there is nothing', () => {
  expect(new Distribution([250, 299, 300, 449]).steps(50)).toEqual([
    { from: 250, count: 2 },
    { from: 300, count: 1 },
    { from: 350, count: 0 },
    { from: 400, count: 1 },
  ]);
  expect(new Distribution([]).steps(50)).toEqual([]);
});

it('there are some ten steps, of a size that one reads', () => {
  expect([100, 240, 550, 1200, 3].map(stepFor)).toEqual([10, 20, 50, 100, 1]);
});

it('the longest gap counts from its beginning and to its end, and nothing outside', () => {
  expect(longestGap([1, 5, 12, 15, 90], 4, 20)).toBe(7);
  expect(longestGap([5, 6, 7], 4, 20)).toBe(13);
  expect(longestGap([18], 4, 20)).toBe(14);
  expect(longestGap([], 4, 20)).toBe(16);
});
