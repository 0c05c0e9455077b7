import type { Writable } from 'node:stream';
import { Backlog } from './backlog.js';
import type { SendLimits } from './send-queue.js';

/**
 * The TCP socket below a WebSocket, written to past it: whole frames. Those of one tick, until the code that runs is through
 * and the promises that it settles are, go in one write.
 */
export class RawLine {
  /** Frames of this tick that the socket has not been given yet: most ticks have one. */
  #first: Buffer | undefined;
  #others: Buffer[] | undefined;
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
    return this.#first === undefined && (this.#isClear || (!this.#isCorked && this.raw.writableLength === 0));
  }

  /** What has been written and its reader has not taken yet. */
  get waiting(): SendLimits {
    const { bytes, frames } = this.#backlog.waiting;
    const pending = this.#first === undefined ? 0 : 1 + (this.#others?.length ?? 0);
    return { bytes: bytes + this.#pendingBytes, frames: frames + pending };
  }

  /** Bytes of it, whoever wrote them. */
  get waitingBytes(): number {
    return this.#isClear ? this.#pendingBytes : this.raw.writableLength + this.#pendingBytes;
  }

  /** To be called before others write: it comes after what is written here before, and leaves with it. */
  hold(): void {
    if (this.#isCorked) return;
    if (this.#first === undefined) flushSoon(this);
    this.#isCorked = true;
    this.#isClear = false;
    this.raw.cork();
    this.#hand();
  }

  write(frame: Buffer): void {
    if (this.#isCorked) {
      this.#give(frame);
      return;
    }
    this.#pendingBytes += frame.length;
    if (this.#first !== undefined) {
      (this.#others ??= []).push(frame);
      return;
    }
    this.#first = frame;
    flushSoon(this);
  }

  /** The tick is over. */
  flush(): void {
    const { raw } = this;
    if (this.#isCorked) {
      this.#isCorked = false;
      raw.uncork();
    } else if (this.#others !== undefined) {
      raw.cork();
      this.#hand();
      raw.uncork();
    } else this.#hand();
    this.#isClear = raw.writableLength === 0;
    if (this.#isClear) this.#backlog.clear();
  }

  /** Gives the socket what is pending. */
  #hand(): void {
    const [first, others] = [this.#first, this.#others];
    this.#first = this.#others = undefined;
    this.#pendingBytes = 0;
    // It may have ended since.
    if (first === undefined || !this.raw.writable) return;
    this.#give(first);
    if (others !== undefined) for (const frame of others) this.#give(frame);
  }

  #give(frame: Buffer): void {
    this.raw.write(frame);
    this.#backlog.add(frame.length);
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
