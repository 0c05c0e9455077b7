import type { Clock, Timer } from '../clock.js';

/** What a room waits for between its turns: its next deadline, and to be unloaded when nobody is there. */
export class Wakeups {
  #deadline: Timer | undefined;
  #rest: Timer | undefined;

  constructor(private readonly clock: Clock) {}

  /** Calls `run` when `deadline` (milliseconds since 1970) has come, at once when it is past; instead of the last one. */
  atDeadline(deadline: number | undefined, run: () => void): void {
    this.#deadline = this.#again(this.#deadline, deadline === undefined ? undefined : deadline - this.clock.now(), run);
  }

  /** Calls `run` after so many milliseconds of rest; instead of the last one. */
  afterRest(delayMs: number | undefined, run: () => void): void {
    this.#rest = this.#again(this.#rest, delayMs, run);
  }

  stop(): void {
    this.atDeadline(undefined, () => {});
    this.afterRest(undefined, () => {});
  }

  #again(last: Timer | undefined, delayMs: number | undefined, run: () => void): Timer | undefined {
    if (last !== undefined) this.clock.cancel(last);
    return delayMs === undefined ? undefined : this.clock.after(delayMs, run);
  }
}
