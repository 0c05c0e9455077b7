import { UnavailableError } from '@greenroom/rooms';

/** One operation's turn in its connection's order: from its admission to where the next may begin. */
export class Step {
  #isLate = false;
  #afterwards: ((isTold: boolean) => void) | undefined;

  constructor(
    /** Lets the next operation begin. Any number of calls count once. */
    readonly release: () => void,
    private readonly reached: () => void,
  ) {}

  /** Guards took too long, the operation has been answered: nothing may come of it any more. */
  expire(): void {
    this.#isLate = true;
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
    this.reached();
  }

  /** What is to be done when the answer has been handed to the connection, or could not be. */
  whenAnswered(run: (isTold: boolean) => void): void {
    this.#afterwards = run;
  }

  /** It has been answered with what the operation came to, unless `isTold` is false. */
  answered(isTold: boolean): void {
    this.#afterwards?.(isTold);
  }
}
