/**
 * Calls `due` for every moment of a rhythm, with that moment: when it comes late, so that waiting in line counts. The rhythm rises evenly from nothing
 * to `perSecond`, for `risesMs`, and then stays. It looks at the time whenever nothing has arrived, which takes all of its core.
 */
export class Ticker {
  #isOver = false;
  #count = 0;

  constructor(
    private readonly perSecond: number,
    private readonly risesMs: number,
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

  /** While it rises, as many moments have passed as a triangle has area; that is half of what the same time holds afterwards. */
  #next(started: number): number {
    const perMs = this.perSecond / 1000;
    const whileRising = (perMs * this.risesMs) / 2;
    if (this.#count < whileRising) return started + Math.sqrt((2 * this.risesMs * this.#count) / perMs);
    return started + this.risesMs + (this.#count - whileRising) / perMs;
  }
}
