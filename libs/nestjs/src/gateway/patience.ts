import type { Clock, Timer } from '@greenroom/rooms';

/** Something that may take too long. */
export interface Watched {
  giveUp(): void;
}

/** Gives up on what takes too long: one thing at a time, with one timer for however many there are. */
export class Patience {
  #current: Watched | undefined;
  #since = 0;
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
  ) {}

  /** Watches this now, and nothing before it any more. */
  begin(watched: Watched): void {
    this.#current = watched;
    this.#since = this.clock.now();
    if (this.#timer === undefined) this.#wait(this.ms);
  }

  /** It need not be watched any more, if it still is. */
  reached(watched: Watched): void {
    if (this.#current === watched) this.#current = undefined;
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
    const leftMs = this.#since + this.ms - this.clock.now();
    if (leftMs > 0) {
      this.#wait(leftMs);
      return;
    }
    this.#current = undefined;
    current.giveUp();
  }
}
