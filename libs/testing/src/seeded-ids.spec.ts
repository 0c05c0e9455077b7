import { describe, expect, it } from '@jest/globals';
import { seededIds } from './seeded-ids.js';

const some = (seed: number): unknown[] => {
  const ids = seededIds(seed);
  return Array.from({ length: 50 }, () => [ids.unique(), ids.secret(), ids.seed()]);
};

describe('seededIds', () => {
  it('makes the same ids for the same seed, and others for another', () => {
    expect(some(7)).toEqual(some(7));
    expect(some(7)).not.toEqual(some(8));
  });

  it('never repeats a name, and makes integers of 32 bits', () => {
    const ids = seededIds(1);
    expect(new Set(Array.from({ length: 1000 }, () => ids.unique())).size).toBe(1000);
    for (let i = 0; i < 1000; i += 1) {
      const seed = ids.seed();
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
    }
  });
});
