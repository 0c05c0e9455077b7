import type { Directory } from './directory.js';

/** The directory of a single process: its only node owns every room. */
export class MemoryDirectory implements Directory {
  #node: string | undefined;
  #isRetired = false;
  readonly #listeners = new Set<(nodes: readonly string[]) => void>();

  async join(node: string): Promise<void> {
    this.#isRetired = false;
    this.#tell(node);
  }

  holds(node: string): boolean {
    return this.#node === node;
  }

  async locate(): Promise<string | undefined> {
    return this.#isRetired ? undefined : this.#node;
  }

  async release(): Promise<undefined> {
    // There is no other.
  }

  watch(listener: (nodes: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async retire(node: string): Promise<void> {
    this.#isRetired ||= this.#node === node;
  }

  async leave(node: string): Promise<void> {
    if (this.#node === node) this.#tell(undefined);
  }

  #tell(node: string | undefined): void {
    this.#node = node;
    for (const listener of this.#listeners) listener(node === undefined ? [] : [node]);
  }
}
