import type { Ids } from '@greenroom/rooms';
import { random32 } from './random.js';

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
