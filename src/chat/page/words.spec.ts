import { describe, expect, it } from '@jest/globals';
import { mistakeIn } from './room-id.js';
import { dayOf, refusalOf, timeOf, typingOf, untilOf } from './words.js';

const NOW = new Date(2026, 10, 21, 12, 1).getTime();

it('times are short, and say the day only when it is another', () => {
  expect(timeOf(NOW)).toBe('12:01');
  expect(untilOf(new Date(2026, 10, 21, 12, 31).getTime(), NOW)).toBe('12:31');
  expect(untilOf(new Date(2026, 10, 22, 0, 5).getTime(), NOW)).toBe('00:05 on 22 Nov');
});

it('days are called as people call them', () => {
  const day = (year: number, month: number, date: number) => dayOf(new Date(year, month, date, 23, 59).getTime(), NOW);
  expect(day(2026, 10, 21)).toBe('Today');
  expect(day(2026, 10, 20)).toBe('Yesterday');
  expect(day(2026, 2, 3)).toBe('Tuesday 3 March');
  expect(day(2024, 2, 3)).toBe('3 March 2024');
});

describe('a refusal is in words', () => {
  const until = new Date(2026, 10, 21, 12, 31).getTime();
  it.each([
    [{ code: 'FORBIDDEN', reason: 'muted' }, until, 'You are muted until 12:31.'],
    [{ code: 'FORBIDDEN', reason: 'muted' }, undefined, 'You are muted.'],
    [
      { code: 'FORBIDDEN', reason: 'kicked' },
      until,
      'A moderator has removed you from this room. You can come back at 12:31.',
    ],
    [{ code: 'RATE_LIMITED' }, undefined, 'That was a lot at once. Wait a moment, then try again.'],
    [{ code: 'REJECTED', reason: 'no such message' }, undefined, 'This message is not there any more.'],
    [{ code: 'OF_A_NEWER_SERVER' }, undefined, 'Something went wrong on the server.'],
    [{ code: 'FORBIDDEN', reason: 'constructor' }, undefined, 'You are not allowed to do that.'],
  ])('%o', (refusal, end, words) => expect(refusalOf(refusal, { now: NOW, until: end })).toBe(words));
});

it('typing is told of two by name', () => {
  expect(typingOf([])).toBe('');
  expect(typingOf(['Ann'])).toBe('Ann is typing…');
  expect(typingOf(['Ann', 'Bob'])).toBe('Ann and Bob are typing…');
  expect(typingOf(['Ann', 'Bob', 'Eve'])).toBe('Several people are typing…');
});

describe("a room's name", () => {
  it.each(['general', 'a', '0', 'A_b.c~d-e', 'x'.repeat(64)])('%s is one', (id) =>
    expect(mistakeIn(id)).toBeUndefined(),
  );
  it.each([
    ['', 'Type the name'],
    ['my room', 'no spaces'],
    ['-x', 'begins with'],
    ['caf\u00e9', 'not “\u00e9”'],
    ['a/b', 'not “/”'],
    ['a🦉', 'not “🦉”'],
    ['x'.repeat(65), 'at most 64'],
  ])('%s is none, and why', (id, why) => expect(mistakeIn(id)).toContain(why));
});
