/**
 * Calls `due` for every moment of an even rhythm, with that moment: when it comes late, so that waiting in line counts. It looks at the time whenever
 * nothing has arrived, which takes all of its core.
 */
export class Ticker {
  #isOver = false;
  #count = 0;

  constructor(
    private readonly perSecond: number,
    private readonly due: (at: number) => void,
  ) {}

  start(): void {
    const started = performance.now();
    const look = (): void => {
      if (this.#isOver) return;
      const now = performance.now();
      for (let at = this.#next(started); at <= now && !this.#isOver; at = this.#next(started)) {
        this.#count += 1;
        this.due(at);
      }
      setImmediate(look);
    };
    look();
  }

  stop(): void {
    this.#isOver = true;
  }

  #next(started: number): number {
    return started + (this.#count * 1000) / this.perSecond;
  }
}
