import { beforeEach, expect, test } from '@jest/globals';
import { Ledger, Violations } from './ledger.js';

const ROOM = 7;
const MEMBERS = 3;
let violations: Violations;
let ledger: Ledger;

beforeEach(() => {
  violations = new Violations();
  ledger = new Ledger(ROOM, MEMBERS, violations);
  for (let sender = 0; sender < MEMBERS; sender += 1) ledger.said(sender, 0);
});

/** Each member is told of these commands, in this order. */
const tell = (...numbers: readonly number[]): void => {
  for (let member = 0; member < MEMBERS; member += 1) for (const number of numbers) ledger.told(member, ROOM, number);
};
const seen = (): readonly string[] => {
  ledger.close();
  return violations.told;
};

test('everything told to all, once and in one order, is right, whatever the order', () => {
  tell(2, 0, 1);
  expect(ledger.isComplete).toBe(true);
  expect(seen()).toEqual([]);
});

test('members may be told at different times', () => {
  for (const [member, number] of [
    [0, 1],
    [1, 1],
    [0, 0],
    [0, 2],
    [1, 0],
    [2, 1],
    [2, 0],
    [2, 2],
    [1, 2],
  ] as const)
    ledger.told(member, ROOM, number);
  expect(seen()).toEqual([]);
});

test('a hole at the end is noticed', () => {
  tell(0, 1);
  expect(ledger.isComplete).toBe(false);
  expect(seen()).toHaveLength(MEMBERS);
});

test('a hole in the middle is noticed', () => {
  tell(0);
  ledger.told(0, ROOM, 1);
  ledger.told(1, ROOM, 2);
  expect(seen()).toContain('room 7: member 1 was told of command 2 where others were told of 1');
});

test('two members who are told in different orders are noticed', () => {
  ledger.told(0, ROOM, 0);
  ledger.told(0, ROOM, 1);
  ledger.told(1, ROOM, 1);
  expect(seen()).toContain('room 7: member 1 was told of command 1 where others were told of 0');
});

test('a command that is told twice is noticed', () => {
  tell(0, 1, 2);
  ledger.told(2, ROOM, 2);
  expect(seen()).toContain('room 7: member 2 was told of a second command 2');
});

test('a command of another room is noticed', () => {
  expect(ledger.told(1, ROOM + 1, 0)).toBe(false);
  expect(seen()).toContain('room 7: member 1 was told of command 0 of room 8');
});

test('a command that nobody said is noticed', () => {
  ledger.told(0, ROOM, 99);
  expect(seen()).toContain('room 7: member 0 was told of an unknown command 99');
});
