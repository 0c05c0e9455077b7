import type { SignalOperation } from '@greenroom/protocol';
import type { Clock, Timer } from '@greenroom/rooms';
import type { TokenBucket } from './token-bucket.js';

/** Different (room, name) pairs that wait at most; signals beyond are dropped. */
const PAIRS = 64;

/**
 * Lets signals through at a rate. Above it only the latest of each (room, name) is kept, and let through as the rate
 * allows: a cursor that moves too often arrives late, but where it is.
 */
export class SignalGate {
  readonly #latest = new Map<string, SignalOperation>();
  #timer: Timer | undefined;

  constructor(
    private readonly bucket: TokenBucket,
    private readonly clock: Clock,
    private readonly pass: (signal: SignalOperation) => void,
  ) {}

  offer(signal: SignalOperation): void {
    if (this.#latest.size === 0 && this.bucket.take() === 0) {
      this.pass(signal);
      return;
    }
    const pair = `${signal.room} ${signal.name}`;
    if (!this.#latest.has(pair) && this.#latest.size >= PAIRS) return;
    this.#latest.set(pair, signal);
    this.#timer ??= this.clock.after(this.bucket.waitMs(), () => this.#flush());
  }

  close(): void {
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
    this.#latest.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [pair, signal] of this.#latest) {
      const waitMs = this.bucket.take();
      if (waitMs > 0) {
        this.#timer = this.clock.after(waitMs, () => this.#flush());
        return;
      }
      this.#latest.delete(pair);
      this.pass(signal);
    }
  }
}
