/** How many are there for each key (an address, a user), and no more than a limit. */
export class HeadCount {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** Counts one in. Returns what counts it out again (any number of calls count once), or `undefined` when it is full. */
  enter(key: string): (() => void) | undefined {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.limit) return undefined;
    this.#counts.set(key, count + 1);
    let inside = true;
    return () => {
      if (inside) this.#leave(key);
      inside = false;
    };
  }

  #leave(key: string): void {
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
  }
}
