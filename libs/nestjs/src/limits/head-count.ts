/** How many are there for each key (an address, a user), and no more than a limit. */
export class HeadCount {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** Counts one in. Returns what counts it out again (any number of calls count once), or `undefined` when it is full. */
  enter(key: string): (() => void) | undefined {
    if (this.isFull(key)) return undefined;
    this.#counts.set(key, this.#count(key) + 1);
    let inside = true;
    return () => {
      if (inside) this.#leave(key);
      inside = false;
    };
  }

  isFull(key: string): boolean {
    return this.#count(key) >= this.limit;
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #leave(key: string): void {
    const left = this.#count(key) - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
  }
}
