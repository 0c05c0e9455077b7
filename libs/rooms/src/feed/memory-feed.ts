import type { Position } from '@greenroom/protocol';
import type { Feed, FeedListener, FeedMessage } from './feed.js';

/** The feed of a single process: listeners hear before `publish` returns. */
export class MemoryFeed implements Feed {
  readonly #listeners = new Map<string, Set<FeedListener>>();
  readonly #heads = new Map<string, Position>();

  /** @param report called with what a listener threw. */
  constructor(private readonly report: (error: unknown) => void) {}

  publish(address: string, message: FeedMessage): void {
    const listeners = this.#listeners.get(address);
    if (listeners === undefined) return;
    if (message.type === 'turn') this.#heads.set(address, { epoch: message.epoch, seq: message.to });
    for (const listener of listeners) {
      try {
        listener(address, message);
      } catch (error) {
        this.report(error);
      }
    }
  }

  subscribe(address: string, listener: FeedListener): () => void {
    const listeners = this.#listeners.get(address) ?? new Set();
    this.#listeners.set(address, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(address) !== listeners) return;
      this.#listeners.delete(address);
      this.#heads.delete(address);
    };
  }

  async head(address: string): Promise<Position | undefined> {
    return this.#heads.get(address);
  }
}
