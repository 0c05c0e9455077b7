import type { Ids } from '@greenroom/rooms';

/** The same ids in the same order for the same seed (an integer). Anybody can guess them: for tests only. */
export function seededIds(seed: number): Ids {
  const next = random32(seed);
  const hex = (): string => next().toString(16).padStart(8, '0');
  let made = 0;
  return {
    unique: () => `${hex()}${hex()}-${(made += 1)}`,
    secret: () => hex() + hex() + hex() + hex(),
    seed: next,
  };
}

/** Unsigned integers of 32 bits. Source: splitmix32, as in Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators". */
export function random32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
