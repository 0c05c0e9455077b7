import type { Users } from './users.js';

type Dismiss = Parameters<Users['serve']>[1];

/** The users of one process. */
export class MemoryUsers implements Users {
  readonly #connections = new Map<string, number>();
  readonly #nodes = new Set<Dismiss>();

  async serve(_node: string, dismiss: Dismiss): Promise<() => void> {
    this.#nodes.add(dismiss);
    return () => void this.#nodes.delete(dismiss);
  }

  async enter(user: string, limit: number): Promise<boolean> {
    const before = this.#connections.get(user) ?? 0;
    if (before >= limit) return false;
    this.#connections.set(user, before + 1);
    return true;
  }

  leave(user: string): void {
    const left = (this.#connections.get(user) ?? 0) - 1;
    if (left > 0) this.#connections.set(user, left);
    else this.#connections.delete(user);
  }

  async dismiss(user: string, reason: string): Promise<void> {
    for (const dismiss of this.#nodes) dismiss(user, reason);
  }
}
