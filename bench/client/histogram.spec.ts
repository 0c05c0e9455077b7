import { expect, test } from '@jest/globals';
import { Histogram } from './histogram.js';

const of = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

/** To about one per cent. */
const isNear = (given: number, wanted: number): void => {
  expect(given / wanted).toBeGreaterThan(0.989);
  expect(given / wanted).toBeLessThan(1.011);
};

test('quantiles of a thousand durations', () => {
  const histogram = of(Array.from({ length: 1000 }, (_, i) => (i + 1) / 10));
  isNear(histogram.quantile(0.5), 50);
  isNear(histogram.quantile(0.99), 99);
  isNear(histogram.quantile(1), 100);
});

test.each([0.001, 0.02, 1, 17, 2500, 90_000])('%d ms is itself', (ms) => isNear(of([ms]).quantile(0.5), ms));

test('of nothing there is no quantile', () => expect(new Histogram().quantile(0.5)).toBeNaN());

test('the sum of several processes is as one', () => {
  const [one, other] = [of([1, 2, 3]), of([4, 5])];
  expect(Histogram.sum([one.counts, other.counts])).toEqual(of([1, 2, 3, 4, 5]));
});
