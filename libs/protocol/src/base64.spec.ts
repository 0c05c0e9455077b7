import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { fromBase64, toBase64 } from './base64.js';

describe('base64', () => {
  it('agrees with Node and reads back what it wrote, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it('reads a Buffer as the bytes it shows, not those around it', () => {
    expect(toBase64(Buffer.from('xxhelloxx').subarray(2, 7))).toBe('aGVsbG8=');
  });

  it('takes a megabyte', () => {
    const bytes = new Uint8Array(1_000_001).map((_, i) => i);
    expect(Buffer.compare(fromBase64(toBase64(bytes)) ?? new Uint8Array(), bytes)).toBe(0);
  });

  it.each([
    '=',
    '==',
    '====',
    'A',
    'AA',
    'AAA',
    'A===',
    '=AAA',
    'AA=A',
    'AAAA=',
    'AA==AAAA',
    'A A=',
    'AAA\n',
    'AA-_',
    'AAAé',
    'AA😀',
  ])('refuses %j', (text) => expect(fromBase64(text)).toBeUndefined());

  it('gives bytes one spelling: stray bits at the end are refused', () => {
    expect(fromBase64('QQ==')).toEqual(Uint8Array.of(65));
    expect(fromBase64('QR==')).toBeUndefined();
    expect(fromBase64('QUI=')).toEqual(Uint8Array.of(65, 66));
    expect(fromBase64('QUJ=')).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = fromBase64(text);
        if (bytes !== undefined) expect(toBase64(bytes)).toBe(text);
      }),
    );
  });
});
