import type { VirtualClock } from '@greenroom/testing';

export interface PipeOptions {
  readonly clock: VirtualClock;
  /** At least 0, less than 1. */
  readonly chance: () => number;
  /** Milliseconds that something may be under way. */
  readonly longestMs: number;
  /** How much of it arrives twice: 0 to 1. */
  readonly repeats: number;
}

/** One direction of a link: what is put in arrives in order, after a while, now and then twice. */
export class Pipe {
  #isCut = false;
  #lastDue = 0;

  constructor(private readonly options: PipeOptions) {}

  put(arrive: () => void, mayRepeat = true): void {
    const { clock, chance, longestMs, repeats } = this.options;
    const isTwice = chance() < repeats && mayRepeat;
    this.#lastDue = Math.max(this.#lastDue, clock.now() + 1 + Math.floor(chance() * longestMs));
    for (let times = isTwice ? 2 : 1; times > 0; times -= 1)
      clock.after(this.#lastDue - clock.now(), () => {
        if (!this.#isCut) arrive();
      });
  }

  /** Nothing arrives any more, what is under way included. */
  cut(): void {
    this.#isCut = true;
  }
}
