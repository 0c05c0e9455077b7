import { isDeepStrictEqual } from 'node:util';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainCopy } from './plain-copy.js';

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.string(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** All objects in it. */
const parts = (value: unknown): object[] =>
  typeof value !== 'object' || value === null
    ? []
    : [value, ...(value instanceof Uint8Array ? [value.buffer] : Object.values(value).flatMap(parts))];

it('a copy is equal and shares nothing that could change', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const copy = plainCopy(value);
      // Without prototypes, and blind to a key that is called `constructor`.
      expect(isDeepStrictEqual(structuredClone(copy), structuredClone(value))).toBe(true);
      const all = new Set(parts(value));
      expect(parts(copy).filter((part) => all.has(part))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('a key is a key, whatever it is called', () => {
  const copy = plainCopy(JSON.parse('{"__proto__":{"polluted":true}}') as object);
  expect(Object.keys(copy)).toEqual(['__proto__']);
  expect('polluted' in copy).toBe(false);
});

it('weighs about what it would take up on the wire', () => {
  const weight = { bytes: 0 };
  plainCopy({ text: 'x'.repeat(1000), bytes: new Uint8Array(500), n: [1, 2] }, weight);
  expect(weight.bytes).toBeGreaterThan(1500);
  expect(weight.bytes).toBeLessThan(1600);
});

it("a Date or a Map in a machine's context stays one", () => {
  const state = { since: new Date(5), scores: new Map([['ann', 1]]) };
  expect(plainCopy(state)).toEqual(state);
  expect(plainCopy(state).scores).not.toBe(state.scores);
});

it('what cannot be copied is refused', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const value of [() => 1, Symbol('s'), 1n, cycle, { deep: [() => 1] }])
    expect(() => plainCopy(value)).toThrow(TypeError);
});
