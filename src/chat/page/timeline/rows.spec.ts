import { expect, it } from '@jest/globals';
import { rowsOf } from './rows.js';
import type { Item } from './timeline.js';

const NOON = new Date(2026, 2, 3, 12).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const at = (when: number, who = 'u1'): Item => ({
  is: 'message',
  key: String(when),
  id: String(when),
  from: { id: who, name: who },
  text: 'x',
  at: when,
  state: 'sent',
});
const mute = (when: number): Item => ({ is: 'muted', key: 'n', seq: 1, at: when, user: 'u2', until: 0, by: 'u1' });
/** `day`, `note`, `+` for the first of several, `.` for those that follow it. */
const shape = (...items: Item[]): string[] =>
  rowsOf(items).map((row) => (row.is === 'message' ? (row.starts ? '+' : '.') : row.is));

it('what one person says in a row stands together, for five minutes', () => {
  expect(shape(at(NOON), at(NOON + MINUTE), at(NOON + 2 * MINUTE))).toEqual(['day', '+', '.', '.']);
  expect(shape(at(NOON), at(NOON + 6 * MINUTE))).toEqual(['day', '+', '+']);
  expect(shape(at(NOON), at(NOON + MINUTE, 'u2'))).toEqual(['day', '+', '+']);
  expect(shape(at(NOON), mute(NOON + 1), at(NOON + MINUTE))).toEqual(['day', '+', 'note', '+']);
});

it('each day begins with its date, and a new group', () => {
  const midnight = new Date(2026, 2, 4).getTime();
  expect(shape(at(midnight - MINUTE), at(midnight))).toEqual(['day', '+', 'day', '+']);
  expect(shape(at(NOON), at(NOON + 3 * DAY))).toEqual(['day', '+', 'day', '+']);
});

it('no two rows have the same key', () => {
  const keys = rowsOf([at(NOON), at(NOON + DAY), at(NOON + 2 * DAY)]).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
