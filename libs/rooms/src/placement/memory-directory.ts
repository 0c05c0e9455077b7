import type { Directory } from './directory.js';

/** The directory of a single process: its only node owns every room. */
export class MemoryDirectory implements Directory {
  #node: string | undefined;
  readonly #listeners = new Set<(nodes: readonly string[]) => void>();

  async join(node: string): Promise<void> {
    this.#tell(node);
  }

  async locate(): Promise<string | undefined> {
    return this.#node;
  }

  watch(listener: (nodes: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async leave(node: string): Promise<void> {
    if (this.#node === node) this.#tell(undefined);
  }

  #tell(node: string | undefined): void {
    this.#node = node;
    for (const listener of this.#listeners) listener(node === undefined ? [] : [node]);
  }
}
