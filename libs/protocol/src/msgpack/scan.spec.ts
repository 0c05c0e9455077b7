import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_FRAME_LIMITS } from '../limits.js';
import { scan } from './scan.js';
import { readToken } from './token.js';

const run = (...bytes: number[]): ReturnType<typeof scan> => scan(Uint8Array.from(bytes), DEFAULT_FRAME_LIMITS);
const REF = [0xa3, 0x72, 0x65, 0x66];

describe('a scan before decoding', () => {
  it('takes a token only if all of it is there', () => {
    const tokens = [
      [0xc4, 1, 9],
      [0xa2, 0x61, 0x62],
      [0xcf, 0, 0, 0, 0, 0, 0, 0, 1],
      [0xdd, 0, 0, 0, 0],
      [0xdb, 0, 0, 0, 1, 0x61],
    ];
    for (const bytes of tokens) {
      for (let length = 0; length <= bytes.length; length += 1) {
        const token = readToken(new DataView(Uint8Array.from(bytes).buffer, 0, length), 0);
        expect(token?.end).toBe(length === bytes.length ? length : undefined);
      }
    }
  });

  it('lets pass one whole value, and nothing after it', () => {
    expect(run(0x81, ...REF, 1).breach).toBeUndefined();
    expect(run(0x81, ...REF, 1, 0xc0).breach?.code).toBe('BAD_FRAME');
    expect(run(0xc0, 0xc0).breach?.code).toBe('BAD_FRAME');
    expect(run().breach?.code).toBe('BAD_FRAME');
  });

  it('finds the ref of the outermost map only, and only a scalar', () => {
    expect(run(0x81, ...REF, 7).ref).toEqual(Uint8Array.of(7));
    expect(run(0x81, ...REF, 0xa1, 0x61).ref).toEqual(Uint8Array.of(0xa1, 0x61));
    expect(run(0x81, ...REF, 0x91, 7).ref).toBeUndefined();
    expect(run(0x81, ...REF, 0x81, ...REF, 7).ref).toBeUndefined();
    expect(run(0x91, 0x81, ...REF, 7).ref).toBeUndefined();
    expect(run(0x82, ...REF, 0x90, 0xa1, 0x61, 7).ref).toBeUndefined();
  });

  it('never throws, for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => expect(() => run(...bytes)).not.toThrow()));
  });
});
