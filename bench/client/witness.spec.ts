import { beforeEach, expect, test } from '@jest/globals';
import type { Telling } from './dialects/dialect.js';
import { Violations } from './ledger.js';
import { Witness } from './witness.js';

let violations: Violations;
let witness: Witness;
beforeEach(() => {
  violations = new Violations();
  witness = new Witness('talk/r1', violations);
});

const messages = [{ text: 'hi', from: 'ann', at: 1 }];
const hears = (telling: Partial<Telling>): void => {
  witness.hears({ messages, ...telling }, (text) => (text === 'hi' ? 'ann' : undefined));
};
const turn = (from: number, to: number, ...seqs: readonly number[]): Telling => ({
  messages: [],
  turn: { room: 'talk/r1', from, to, seqs },
});

test('turns that follow each other, or begin earlier, are right', () => {
  for (const each of [turn(1, 3, 2, 3), turn(3, 4, 4), turn(3, 6, 5, 6), {}]) hears(each);
  expect(violations.told).toEqual([]);
});

test.each<[string, Partial<Telling>]>([
  ['a text that nobody said', { messages: [{ text: 'ho', from: 'ann', at: 1 }] }],
  ['another sender', { messages: [{ text: 'hi', from: 'bob', at: 1 }] }],
  ['no time', { messages: [{ text: 'hi', from: 'ann', at: Number.NaN }] }],
  ['a gap', turn(5, 6, 6)],
  ['a seq that comes again', turn(3, 4, 3)],
  ['a seq beyond its turn', turn(3, 4, 5)],
  ['a turn of another room', { turn: { room: 'talk/r2', from: 3, to: 4, seqs: [4] } }],
])('%s is noticed', (_what, telling) => {
  hears(turn(1, 3, 2, 3));
  hears(telling);
  expect(violations.count).toBe(1);
});
