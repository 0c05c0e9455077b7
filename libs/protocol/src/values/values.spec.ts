import { describe, expect, it } from '@jest/globals';
import { decodeValue, decodeValues, encodeValue } from './values.js';

const VALUE = {
  seq: 7,
  at: 1_700_000_000_000,
  part: 1.5,
  text: 'ä',
  none: null,
  list: [true, -1, 70_000],
  bytes: Uint8Array.of(1, 2),
};
/** Written by the first version of every store. */
const BYTES =
  '87a373657107a26174cb4278bcfe56800000a470617274cb3ff8000000000000a474657874a2c3a4a46e6f6e65c0a46c69737493c3ffce00011170a56279746573c4020102';

describe('values that are kept', () => {
  it('have the bytes that they always had, of which nothing is changed by others that were written before', () => {
    for (let times = 0; times < 3; times += 1) {
      expect(encodeValue(VALUE).toString('hex')).toBe(BYTES);
      expect(decodeValue(Buffer.from(BYTES, 'hex'))).toEqual(VALUE);
      encodeValue({ seq: 'another shape', list: [{ text: 1 }] });
    }
  });

  it('are copies: neither what was written nor what was read is changed by what becomes of the bytes', () => {
    const bytes = Buffer.concat([Buffer.from('xx'), encodeValue(VALUE)]).subarray(2);
    const read = decodeValue(bytes) as typeof VALUE;
    bytes.fill(0);
    expect(read).toEqual(VALUE);
    expect(Object.getPrototypeOf(read.bytes)).toBe(Uint8Array.prototype);
  });

  it('have any keys, and none of them makes an object another one', () => {
    const value = JSON.parse('{"a":[{"__proto__":{"isAdmin":true},"constructor":1,"length":0}]}') as unknown;
    const read = decodeValue(encodeValue(value)) as { a: [{ isAdmin?: boolean }] };
    expect(JSON.stringify(read)).toBe(JSON.stringify(value));
    expect(read.a[0].isAdmin).toBeUndefined();
  });

  it('are plain data: what is not is refused', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [() => 1, { a: Symbol('a') }, cycle]) expect(() => encodeValue(value)).toThrow();
  });

  it('can stand one behind the other', () => {
    const bytes = Buffer.concat([VALUE, 'two', 3].map(encodeValue));
    expect(decodeValues(bytes)).toEqual([VALUE, 'two', 3]);
    expect(() => decodeValue(bytes)).toThrow();
    expect(() => decodeValue(bytes.subarray(0, 20))).toThrow();
  });
});
