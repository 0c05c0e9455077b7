/** Work of one room is done one after the other, in the order asked for; that of different rooms at once. */
export class RoomQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(address: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(address) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    this.#last.set(address, settled);
    try {
      return await done;
    } finally {
      if (this.#last.get(address) === settled) this.#last.delete(address);
    }
  }

  /** Resolves once all that was asked for is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
