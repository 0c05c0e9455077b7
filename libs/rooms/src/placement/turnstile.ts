import type { Clock } from '../clock.js';

/**
 * Lets through so many at a time, in the order in which they came. Whoever takes longer than most do waits for something, which is
 * not to hold up the others: they count no more.
 */
export class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param longMs so long one counts, milliseconds. */
  constructor(
    atOnce: number,
    private readonly longMs: number,
    private readonly clock: Clock,
  ) {
    this.#free = atOnce;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let counts = true;
    const leave = (): void => {
      if (counts) this.#next();
      counts = false;
    };
    const long = this.clock.after(this.longMs, leave);
    try {
      return await work();
    } finally {
      this.clock.cancel(long);
      leave();
    }
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
