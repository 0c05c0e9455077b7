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

class SystemTimer implements Timer {
  /** Node's, for as long a step of the way as it can go. */
  handle: NodeJS.Timeout | undefined;

  constructor(
    readonly due: number,
    readonly run: () => void,
  ) {}
}

/** Real time. Its timers do not keep a process alive. */
export class SystemClock implements Clock {
  #soon: (() => void)[] | undefined;

  now(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = new SystemTimer(this.now() + delayMs, run);
    step(timer, delayMs);
    return timer;
  }

  cancel(timer: Timer): void {
    if (timer instanceof SystemTimer) clearTimeout(timer.handle);
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
}

function step(timer: SystemTimer, remainingMs: number): void {
  const stepMs = Math.min(Math.max(remainingMs, 0), LONGEST_STEP_MS);
  timer.handle = setTimeout(stepped, stepMs, timer, remainingMs - stepMs);
  timer.handle.unref();
}

function stepped(timer: SystemTimer, remainingMs: number): void {
  if (remainingMs > 0) step(timer, remainingMs);
  else timer.run();
}
