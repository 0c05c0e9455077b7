import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { current, heard, TypingTeller } from './typing.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('whoever types is believed for a while, and no longer', () => {
  const typists = heard(heard(new Map(), 'u1', true, 0), 'u2', true, 3000);
  expect([...current(typists, 5999).keys()]).toEqual(['u1', 'u2']);
  expect([...current(typists, 6000).keys()]).toEqual(['u2']);
  expect([...heard(typists, 'u1', false, 4000).keys()]).toEqual(['u2']);
});

it('nothing new is the same map: nothing is shown anew', () => {
  const typists = heard(new Map(), 'u1', true, 0);
  expect(current(typists, 1000)).toBe(typists);
  expect(heard(typists, 'u2', false, 1000)).toBe(typists);
});

it('tells that one types when it begins, now and then while it goes on, and when it ends', () => {
  const told: boolean[] = [];
  const teller = new TypingTeller((on) => told.push(on));
  for (let i = 0; i < 30; i += 1) {
    teller.typed();
    jest.advanceTimersByTime(100);
  }
  expect(told).toEqual([true, true]);
  teller.stop();
  teller.stop();
  expect(told).toEqual([true, true, false]);
});

it('one who only stops has stopped', () => {
  const told: boolean[] = [];
  new TypingTeller((on) => told.push(on)).typed();
  jest.advanceTimersByTime(4000);
  expect(told).toEqual([true, false]);
});
