/** A pending call of a {@link Clock}; opaque to its holder. */
export interface Timer {
  readonly due: number;
}

/**
 * The only source of time in the engine. Tests drive a virtual one.
 */
export interface Clock {
  /** Wall time, milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `delayMs` from now (at once when zero or less). Any finite delay is kept, however long. */
  after(delayMs: number, run: () => void): Timer;
  /** Forgets a pending call. A timer that has fired or is unknown is ignored. */
  cancel(timer: Timer): void;
  /**
   * Calls `run` once, when all that has arrived by now has been taken in, and before time goes on: real time takes in what
   * sockets have for it in this round of the event loop.
   */
  soon(run: () => void): void;
}

/** Node's timers overflow above this and would fire at once. */
const LONGEST_STEP_MS = 2 ** 31 - 1;

/**
 * So many run before what they make due: promises, and then what sockets are to write. The turns of many rooms and then the writes of
 * many sockets cost less than a turn and its writes, one after the other; and nobody waits for thousands.
 */
const TOGETHER = 32;

/** Real time. Its timers do not keep a process alive. */
export class SystemClock implements Clock {
  #soon: (() => void)[] | undefined;
  readonly #pending = new WeakMap<Timer, NodeJS.Timeout>();

  now(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): Timer {
    const timer: Timer = { due: this.now() + delayMs };
    this.#step(timer, delayMs, run);
    return timer;
  }

  cancel(timer: Timer): void {
    clearTimeout(this.#pending.get(timer));
    this.#pending.delete(timer);
  }

  soon(run: () => void): void {
    if (this.#soon?.length === TOGETHER) this.#soon = undefined;
    if (this.#soon === undefined) {
      const runs: (() => void)[] = (this.#soon = []);
      setImmediate(() => {
        if (this.#soon === runs) this.#soon = undefined;
        for (const each of runs) each();
      });
    }
    this.#soon.push(run);
  }

  #step(timer: Timer, remainingMs: number, run: () => void): void {
    const stepMs = Math.min(Math.max(remainingMs, 0), LONGEST_STEP_MS);
    const handle = setTimeout(() => {
      if (remainingMs > stepMs) this.#step(timer, remainingMs - stepMs, run);
      else {
        this.#pending.delete(timer);
        run();
      }
    }, stepMs);
    handle.unref();
    this.#pending.set(timer, handle);
  }
}
