import type { Writable } from 'node:stream';

/**
 * Gathers what is written to a socket into one write: until the code that runs now is through, and the promises that it
 * settles are.
 */
export class Cork {
  #isHeld = false;

  constructor(private readonly socket: Writable) {}

  /** To be called before a write. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.socket.cork();
    process.nextTick(release, this);
  }

  release(): void {
    this.#isHeld = false;
    this.socket.uncork();
  }
}

const release = (cork: Cork): void => cork.release();
