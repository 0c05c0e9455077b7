/** How many are there for each key (an address, a user), and no more than a limit. */
export class HeadCount {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** Counts one in; `false` when it is full. */
  enter(key: string): boolean {
    if (this.isFull(key)) return false;
    this.#counts.set(key, this.#count(key) + 1);
    return true;
  }

  /** Counts one out that was counted in. */
  leave(key: string): void {
    const left = this.#count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  isFull(key: string): boolean {
    return this.#count(key) >= this.limit;
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}
