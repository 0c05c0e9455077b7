import type { Clock } from '@greenroom/rooms';

/** How often something may happen: `burst` at once, `perSecond` in the long run. `Infinity` lifts the limit. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts against a `Rate`. Starts full. A clock that goes back refills nothing. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#filledAt = clock.now();
  }

  /** Takes one. `0` when there was one, else the milliseconds until there will be. */
  take(): number {
    const waitMs = this.waitMs();
    if (waitMs === 0) this.#tokens -= 1;
    return waitMs;
  }

  /** Milliseconds until one can be taken; `0` now. */
  waitMs(): number {
    if (this.#rate.burst === Infinity) return 0;
    const now = this.#clock.now();
    const earned = (Math.max(0, now - this.#filledAt) * this.#rate.perSecond) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#filledAt = now;
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1000) / this.#rate.perSecond);
  }
}
