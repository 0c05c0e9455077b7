import type { Clock, Timer } from '@greenroom/rooms';

/** Gives up on what takes too long: one thing at a time, with one timer for however many there are. */
export class Patience {
  #current: { readonly since: number; readonly giveUp: () => void } | undefined;
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
  ) {}

  /** Watches this now, and nothing before it any more. Returns what ends the watch. */
  begin(giveUp: () => void): () => void {
    const current = { since: this.clock.now(), giveUp };
    this.#current = current;
    if (this.#timer === undefined) this.#wait(this.ms);
    return () => {
      if (this.#current === current) this.#current = undefined;
    };
  }

  end(): void {
    this.#current = undefined;
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
  }

  /** By itself: a timer that is left running keeps nothing of what it was begun for. */
  #wait(ms: number): void {
    this.#timer = this.clock.after(ms, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    const current = this.#current;
    if (current === undefined) return;
    const leftMs = current.since + this.ms - this.clock.now();
    if (leftMs > 0) {
      this.#wait(leftMs);
      return;
    }
    this.#current = undefined;
    current.giveUp();
  }
}
