import type { Writable } from 'node:stream';
import { Backlog } from './backlog.js';
import type { SendLimits } from './send-queue.js';

/**
 * The TCP socket below a WebSocket, written to past it: whole frames. Those of one tick, until the code that runs is through
 * and the promises that it settles are, go in one write.
 */
export class RawLine {
  /** Frames of this tick that the socket has not been given yet. */
  readonly #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Others write in this tick too, so the socket itself gathers. */
  #isCorked = false;
  /** When it was last written to, the system took it all. */
  #isClear = true;
  readonly #backlog: Backlog;

  constructor(private readonly raw: Writable) {
    this.#backlog = new Backlog(raw);
  }

  /** Nothing at all waits. */
  get isIdle(): boolean {
    return this.#pending.length === 0 && (this.#isClear || (!this.#isCorked && this.raw.writableLength === 0));
  }

  /** What has been written and its reader has not taken yet. */
  get waiting(): SendLimits {
    const { bytes, frames } = this.#backlog.waiting;
    return { bytes: bytes + this.#pendingBytes, frames: frames + this.#pending.length };
  }

  /** Bytes of it, whoever wrote them. */
  get waitingBytes(): number {
    return this.#isClear ? this.#pendingBytes : this.raw.writableLength + this.#pendingBytes;
  }

  /** To be called before others write: it comes after what is written here before, and leaves with it. */
  hold(): void {
    if (this.#isCorked) return;
    if (this.#pending.length === 0) flushSoon(this);
    this.#isCorked = true;
    this.#isClear = false;
    this.raw.cork();
    this.#hand();
  }

  write(frame: Buffer): void {
    if (this.#isCorked) {
      this.raw.write(frame);
      this.#backlog.add(frame.length);
      return;
    }
    if (this.#pending.length === 0) flushSoon(this);
    this.#pending.push(frame);
    this.#pendingBytes += frame.length;
  }

  /** The tick is over. */
  flush(): void {
    const { raw } = this;
    if (this.#isCorked) {
      this.#isCorked = false;
      raw.uncork();
    } else if (this.#pending.length > 1) {
      raw.cork();
      this.#hand();
      raw.uncork();
    } else this.#hand();
    this.#isClear = raw.writableLength === 0;
    if (this.#isClear) this.#backlog.clear();
  }

  #hand(): void {
    const pending = this.#pending;
    // It may have ended since.
    if (this.raw.writable)
      for (const frame of pending) {
        this.raw.write(frame);
        this.#backlog.add(frame.length);
      }
    pending.length = 0;
    this.#pendingBytes = 0;
  }
}

/** Lines written to in this tick. */
let written: RawLine[] = [];

const flushSoon = (line: RawLine): void => {
  if (written.push(line) === 1) process.nextTick(flushAll);
};

const flushAll = (): void => {
  const lines = written;
  written = [];
  for (const line of lines) line.flush();
};
