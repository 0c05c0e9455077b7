import type { Writable } from 'node:stream';
import type { SendLimits } from './send-queue.js';

/** Frames that have been written to a socket and may still wait for its reader. */
export class Backlog {
  /** Where each of them ends, in bytes from the first that was ever written. Those before `#first` have left. */
  #ends: number[] = [];
  #first = 0;
  #written = 0;

  constructor(private readonly raw: Writable) {}

  get waiting(): SendLimits {
    const bytes = this.raw.writableLength;
    this.#forget(bytes);
    return { bytes, frames: this.#ends.length - this.#first };
  }

  /** To be called after a frame was written. */
  add(bytes: number): void {
    this.#written += bytes;
    // One that waits alone takes no more than it needs: an array that is pushed to makes room for many.
    if (this.#ends.length === 0) this.#ends = [this.#written];
    else this.#ends.push(this.#written);
  }

  /** Nothing waits. */
  clear(): void {
    this.#ends.length = 0;
    this.#first = 0;
  }

  /** What else writes to the socket is in `waiting` too: a frame may be counted for longer than it waits, never shorter. */
  #forget(waiting: number): void {
    if (waiting === 0) return this.clear();
    while ((this.#ends[this.#first] ?? Infinity) <= this.#written - waiting) this.#first += 1;
    if (this.#first < this.#ends.length && this.#first < 1024) return;
    this.#ends = this.#ends.slice(this.#first);
    this.#first = 0;
  }
}
