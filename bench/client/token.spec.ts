import { expect, test } from '@jest/globals';
import { numberOf, SHORTEST_TEXT, textOf, TokenReader } from './token.js';

const LENGTH = 64;

const read = (frame: Buffer, start = 0, end = frame.length): readonly (readonly [number, number])[] => {
  const reader = new TokenReader(LENGTH);
  const found: (readonly [number, number])[] = [];
  for (let next = reader.next(frame, start, end); next >= 0; next = reader.next(frame, next, end))
    found.push([reader.room, reader.number]);
  return found;
};

test.each([SHORTEST_TEXT, LENGTH, 200])('a text of %i bytes is that long and says which command it is of', (length) => {
  const text = textOf(12, 345_678, length);
  expect(Buffer.byteLength(text)).toBe(length);
  expect(numberOf(text)).toBe(345_678);
});

test('every text of a frame is found', () => {
  const frame = Buffer.from(JSON.stringify([1, 2, 3].map((number) => ({ text: textOf(4, number, LENGTH) }))));
  expect(read(frame)).toEqual([
    [4, 1],
    [4, 2],
    [4, 3],
  ]);
});

test('what lies behind the frame in the same buffer is not read', () => {
  const [first, second] = [textOf(1, 1, LENGTH), textOf(1, 2, LENGTH)];
  expect(read(Buffer.from(first + second), 0, LENGTH + 10)).toEqual([[1, 1]]);
});

test.each([
  ['its end', (text: string) => `${text.slice(0, -1)}x`],
  ['its head', (text: string) => text.replace(':x', 'xx')],
])('a text that is damaged at %s is of no room', (_where, damage) => {
  expect(read(Buffer.from(damage(textOf(3, 3, LENGTH))))).toEqual([[-1, 3]]);
});
