import { UnavailableError } from '@greenroom/rooms';
import type { Patience, Watched } from './patience.js';

/** One operation's turn in its connection's order: from its admission to where the next may begin. */
export class Step implements Watched {
  #isLate = false;
  #afterwards: ((isTold: boolean) => void) | undefined;

  /** @param late called when guards take too long: it is answered then, and nothing comes of it any more. */
  constructor(
    private readonly patience: Patience,
    /** Lets the next operation begin. Any number of calls count once. */
    readonly release: () => void,
    private readonly late: () => void,
  ) {
    patience.begin(this);
  }

  get isLate(): boolean {
    return this.#isLate;
  }

  giveUp(): void {
    this.#isLate = true;
    this.late();
    this.release();
  }

  /** @throws UnavailableError when it is too late */
  check(): void {
    if (this.#isLate) throw new UnavailableError();
  }

  /**
   * To be called when guards and pipes are through, before the engine is asked.
   * @throws UnavailableError when it is too late
   */
  enter(): void {
    this.check();
    this.patience.reached(this);
  }

  /** What is to be done when the answer has been handed to the connection, or could not be. */
  whenAnswered(run: (isTold: boolean) => void): void {
    this.#afterwards = run;
  }

  /** It has been answered with what the operation came to, unless `isTold` is false. */
  answered(isTold: boolean): void {
    this.#afterwards?.(isTold);
  }

  /** It is over, whatever came of it. */
  over(): void {
    this.patience.reached(this);
    this.release();
  }
}
