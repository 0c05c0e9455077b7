import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_FRAME_LIMITS, exceedsLimits, HARD_FRAME_BYTES, type FrameLimits } from './limits.js';

const limits = (some: Partial<FrameLimits>): FrameLimits => ({ ...DEFAULT_FRAME_LIMITS, ...some });
const nest = (depth: number, inner: unknown = 1): unknown => {
  let value = inner;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
};

describe('limits', () => {
  it('are 64 KiB, 32 deep and 1000 keys, and 1 MiB for the connection', () => {
    expect(DEFAULT_FRAME_LIMITS).toEqual({ maxBytes: 65_536, maxDepth: 32, maxKeys: 1000 });
    expect(HARD_FRAME_BYTES).toBe(1_048_576);
  });

  it('let pass what is exactly at them, and refuse one more', () => {
    expect(exceedsLimits(nest(32))).toBeUndefined();
    expect(exceedsLimits(nest(33))?.code).toBe('TOO_LARGE');
    expect(exceedsLimits(Array.from({ length: 1000 }))).toBeUndefined();
    expect(exceedsLimits(Array.from({ length: 1001 }))?.code).toBe('TOO_LARGE');
    expect(exceedsLimits(new Uint8Array(65_536))).toBeUndefined();
    expect(exceedsLimits(new Uint8Array(65_537))?.code).toBe('TOO_LARGE');
  });

  it('count keys of objects and elements of arrays together, over the whole value', () => {
    const value = { a: [1, 2], b: { c: 1 } };
    expect(exceedsLimits(value, limits({ maxKeys: 5 }))).toBeUndefined();
    expect(exceedsLimits(value, limits({ maxKeys: 4 }))?.code).toBe('TOO_LARGE');
  });

  it('count bytes over the whole value and take them for leaves, whatever holds them', () => {
    const value = [new Uint8Array(4), Buffer.alloc(4), new ArrayBuffer(4), new DataView(new ArrayBuffer(4))];
    expect(exceedsLimits(value, limits({ maxBytes: 16, maxDepth: 1, maxKeys: 4 }))).toBeUndefined();
    expect(exceedsLimits(value, limits({ maxBytes: 15 }))?.code).toBe('TOO_LARGE');
  });

  it('do not weigh text: the frame was', () => {
    expect(exceedsLimits({ text: 'x'.repeat(100_000) })).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'prototype', '$bytes'])('refuse the key %s at any depth as BAD_FRAME', (key) => {
    const object: unknown = JSON.parse(`{${JSON.stringify(key)}: {}}`);
    expect(exceedsLimits(object)?.code).toBe('BAD_FRAME');
    expect(exceedsLimits(nest(20, object))?.code).toBe('BAD_FRAME');
    expect(exceedsLimits(key)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['Map', new Map([['a', 1]])],
    ['Set', new Set([1])],
    ['Date', new Date()],
    ['RegExp', /x/],
    ['Error', new Error('x')],
    ['bigint', 1n],
    ['symbol', Symbol('x')],
    ['function', () => 1],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['first half of a character', 'a\ud800'],
    ['second half of a character', '\udc00a'],
    ['key with half a character', { '\ud800': 1 }],
  ])('refuse a %s as BAD_FRAME', (_, value) => {
    expect(exceedsLimits({ value })?.code).toBe('BAD_FRAME');
  });

  it('survive 50,000 nested arrays, a cycle, a million elements and an array that only claims a length', () => {
    expect(exceedsLimits(nest(50_000))?.code).toBe('TOO_LARGE');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(exceedsLimits(cycle)?.code).toBe('TOO_LARGE');
    expect(exceedsLimits(Array.from({ length: 1_000_000 }, () => []))?.code).toBe('TOO_LARGE');
    // oxlint-disable-next-line unicorn/no-new-array
    expect(exceedsLimits(new Array(4_294_967_295))?.code).toBe('TOO_LARGE');
  });

  it('are no deeper a stack for a deeper value: 50,000 levels may pass if asked', () => {
    expect(exceedsLimits(nest(50_000), limits({ maxDepth: 50_000, maxKeys: 50_000 }))).toBeUndefined();
  });

  it('never throw, for anything', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withBigInt: true,
          withDate: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => {
          expect([undefined, 'BAD_FRAME', 'TOO_LARGE']).toContain(exceedsLimits(value)?.code);
        },
      ),
    );
  });
});
