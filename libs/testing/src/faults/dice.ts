import { random32 } from '../random.js';

/** Seeded choices: the same calls on the same seed choose the same. */
export class Dice {
  readonly #next: () => number;

  /** @param seed an integer */
  constructor(readonly seed: number) {
    this.#next = random32(seed);
  }

  /** From `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + (this.#next() % (most - least + 1));
  }

  /** `true` in so many of 1. */
  chance(share: number): boolean {
    return this.#next() < share * 2 ** 32;
  }

  /** One of them. @throws RangeError when there is none. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError('nothing to pick from');
    return from[this.int(0, from.length - 1)] as T;
  }

  /** One of them, a heavier one more often. @throws RangeError when there is none. */
  weighed<T extends { readonly weight: number }>(from: readonly T[]): T {
    const total = from.reduce((sum, { weight }) => sum + weight, 0);
    let left = (this.#next() / 2 ** 32) * total;
    for (const each of from) if ((left -= each.weight) < 0) return each;
    return this.pick(from);
  }

  /** A wait in milliseconds whose mean is `meanMs`, as between events that do not know of each other; at most eight of it. */
  wait(meanMs: number): number {
    return Math.min(8, -Math.log((this.#next() + 1) / (2 ** 32 + 1))) * meanMs;
  }

  /** Dice of their own for a part, so that what one part draws changes nothing for another. */
  fork(part: string): Dice {
    let mixed = this.seed;
    for (const letter of part) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return new Dice(mixed);
  }
}
