import type { Clock, Timer } from '@greenroom/rooms';

interface Pending {
  readonly timer: Timer;
  /** On the clock's own count of milliseconds, which `set` does not change. */
  readonly dueElapsedMs: number;
  readonly run: () => void;
}

/** How many turns of the event loop are given to promise jobs and to finished I/O before time goes on. */
const SETTLE_TURNS = 4;

/**
 * Time that passes when the test says so. A timer whose delay is zero or less fires by itself, in a turn of its own;
 * any other only in {@link VirtualClock.advance}.
 */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #startMs: number;
  /** By due time, then by age. */
  readonly #pending: Pending[] = [];

  /** @param startMs milliseconds since 1970. Default: the first second of 2030. */
  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const dueElapsedMs = this.#elapsedMs + Math.max(delayMs, 0);
    const timer: Timer = { due: this.now() + delayMs };
    const later = this.#pending.findIndex((other) => other.dueElapsedMs > dueElapsedMs);
    this.#pending.splice(later === -1 ? this.#pending.length : later, 0, { timer, dueElapsedMs, run });
    if (delayMs <= 0) setImmediate(() => this.#fire(timer));
    return timer;
  }

  cancel(timer: Timer): void {
    const index = this.#pending.findIndex((pending) => pending.timer === timer);
    if (index !== -1) this.#pending.splice(index, 1);
  }

  /** After the promise jobs that are waiting now. */
  soon(run: () => void): void {
    queueMicrotask(run);
  }

  /**
   * Lets `ms` milliseconds pass. Timers fire in order of their due time, those that others start on the way included;
   * between two of them promise jobs run and I/O that has finished is seen. Rejects with what a timer throws.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueElapsedMs);
      this.#fire(next.timer);
      await settle();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
  }

  /** Steps the wall clock to `nowMs` (milliseconds since 1970), as an operator does: pending timers keep their delay. */
  set(nowMs: number): void {
    this.#startMs = nowMs - this.#elapsedMs;
  }

  #next(untilMs: number): Pending | undefined {
    const first = this.#pending[0];
    return first !== undefined && first.dueElapsedMs <= untilMs ? first : undefined;
  }

  #fire(timer: Timer): void {
    const index = this.#pending.findIndex((pending) => pending.timer === timer);
    const [fired] = index === -1 ? [] : this.#pending.splice(index, 1);
    fired?.run();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
