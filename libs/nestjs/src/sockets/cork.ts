import type { Duplex } from 'node:stream';

/** Gathers what is written to a socket in one round of the event loop into one write. */
export class Cork {
  #corked = false;

  constructor(private readonly socket: Duplex) {}

  /** To be called before a write. */
  hold(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.socket.cork();
    setImmediate(() => {
      this.#corked = false;
      this.socket.uncork();
    });
  }
}
