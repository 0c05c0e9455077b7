import { expect, test } from '@jest/globals';
import { DefinitionError } from '@greenroom/rooms';
import { toMilliseconds, type Duration } from './duration.js';

test.each([
  [250, 250],
  ['250ms', 250],
  ['60s', 60_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  [0, 0],
] as [Duration, number][])('%s is %s milliseconds', (duration, milliseconds) => {
  expect(toMilliseconds(duration)).toBe(milliseconds);
});

test.each(['60', '60 s', 's', '-1s', '1d', '', -1, NaN, Infinity])('%s is no duration, and says so', (duration) => {
  expect(() => toMilliseconds(duration as Duration)).toThrow(DefinitionError);
});
