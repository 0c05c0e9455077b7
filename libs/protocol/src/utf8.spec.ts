import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { utf8Length } from './utf8.js';

describe('utf8Length', () => {
  it.each(['', 'a', 'é', '€', '😀', '\ud83d', '\ude00', '\ud83da', '\ude00\ud83d', 'a😀é'])('counts %j', (text) => {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  });

  it('counts as an encoder would, lone surrogates and all', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', 'é') }),
        (a, b) => {
          expect(utf8Length(a + b)).toBe(Buffer.byteLength(a + b));
        },
      ),
    );
  });
});
