import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress, isName, parseAddress } from './address.js';

const LEGAL = ['chat', 'a', '0', 'A.b_c~d-e', 'x'.repeat(64), 'constructor', 'room.x'];
const ILLEGAL = [
  '',
  '.',
  '..',
  '_a',
  '-a',
  '~',
  '__proto__',
  'x'.repeat(65),
  'a/b',
  'a b',
  'a\n',
  'é',
  'a\0',
  '😀',
  'a%2f',
];

describe('address', () => {
  it.each(LEGAL)('takes %j as either part', (name) => {
    expect(isName(name)).toBe(true);
    expect(parseAddress(`${name}/${name}`)).toEqual({ kind: name, id: name });
    expect(formatAddress(name, name)).toBe(`${name}/${name}`);
  });

  it.each(ILLEGAL)('refuses %j as either part', (name) => {
    expect(isName(name)).toBe(false);
    expect(parseAddress(`${name}/cats`)).toBeUndefined();
    expect(parseAddress(`chat/${name}`)).toBeUndefined();
    expect(() => formatAddress(name, 'cats')).toThrow(TypeError);
    expect(() => formatAddress('chat', name)).toThrow(TypeError);
  });

  it.each([
    'chat',
    '/',
    'chat/',
    '/cats',
    'chat//cats',
    'chat/cats/',
    ' chat/cats',
    'chat/cats\n',
    'a/'.repeat(100_000),
  ])('has exactly one slash between two names: %#', (text) => expect(parseAddress(text)).toBeUndefined());

  it('is undefined for anything that is not an address, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const address = parseAddress(value);
        if (address !== undefined) expect(formatAddress(address.kind, address.id)).toBe(value);
      }),
    );
  });

  it('parses back whatever it formats', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}$/);
    fc.assert(
      fc.property(name, name, (kind, id) => expect(parseAddress(formatAddress(kind, id))).toEqual({ kind, id })),
    );
  });
});
