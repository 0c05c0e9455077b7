import type { Clock, Timer } from '@greenroom/rooms';

/** Hands each of its items over when it has been in for a fixed time: one timer for however many there are. */
export class DelayLine<T> {
  /** When each is due, in that order. */
  readonly #due = new Map<T, number>();
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
    private readonly over: (item: T) => void,
  ) {}

  /** Puts it in, behind all others. */
  add(item: T): void {
    this.#due.delete(item);
    this.#due.set(item, this.clock.now() + this.ms);
    if (this.#timer === undefined) this.#wait(this.ms);
  }

  /** Takes it out; whether it was in. */
  delete(item: T): boolean {
    const wasIn = this.#due.delete(item);
    if (this.#due.size === 0 && this.#timer !== undefined) {
      this.clock.cancel(this.#timer);
      this.#timer = undefined;
    }
    return wasIn;
  }

  #wait(ms: number): void {
    this.#timer = this.clock.after(ms, () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  #look(): void {
    const now = this.clock.now();
    for (const [item, due] of this.#due) {
      if (due > now) return this.#waitUntil(due, now);
      this.#due.delete(item);
      this.over(item);
    }
  }

  /** A clock that has gone back makes all wait anew, and not for as long as it went back. */
  #waitUntil(due: number, now: number): void {
    if (due - now > this.ms) for (const item of this.#due.keys()) this.#due.set(item, now + this.ms);
    // What was handed over may have put something in.
    if (this.#timer === undefined) this.#wait(Math.min(due - now, this.ms));
  }
}
