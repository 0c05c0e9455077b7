import type { Clock, Timer } from './clock.js';

/** Something that is waited for. */
export interface Timeout {
  /** It has come, or nobody waits any more. Any number of calls count once. */
  end(): void;
}

/** Gives up on what takes longer than so many milliseconds. What begins in the same millisecond shares a timer. */
export class Timeouts {
  #latest: Batch | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
  ) {}

  /** Calls `giveUp` once, unless it has ended by then. */
  begin(giveUp: () => void): Timeout {
    const now = this.clock.now();
    if (this.#latest?.begunAt !== now || this.#latest.isOver) this.#latest = new Batch(this.clock, now, this.ms);
    return this.#latest.add(giveUp);
  }
}

/** Those that began together. */
class Batch {
  readonly #open = new Set<Waiting>();
  readonly #timer: Timer;
  isOver = false;

  constructor(
    private readonly clock: Clock,
    readonly begunAt: number,
    ms: number,
  ) {
    this.#timer = clock.after(ms, () => this.#late());
  }

  add(giveUp: () => void): Timeout {
    const waiting = new Waiting(this, giveUp);
    this.#open.add(waiting);
    return waiting;
  }

  end(waiting: Waiting): void {
    if (!this.#open.delete(waiting) || this.#open.size > 0) return;
    this.isOver = true;
    this.clock.cancel(this.#timer);
  }

  #late(): void {
    this.isOver = true;
    for (const waiting of this.#open) {
      this.#open.delete(waiting);
      waiting.giveUp();
    }
  }
}

class Waiting implements Timeout {
  constructor(
    private readonly batch: Batch,
    readonly giveUp: () => void,
  ) {}

  end(): void {
    this.batch.end(this);
  }
}
