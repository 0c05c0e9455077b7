import type { Writable } from 'node:stream';
import { Backlog } from './backlog.js';
import { Cork } from './cork.js';
import type { SendLimits } from './send-queue.js';

/** The TCP socket below a WebSocket, written to past it: whole frames, gathered into one write. */
export class RawLine {
  readonly #cork: Cork;
  readonly #backlog: Backlog;

  constructor(private readonly raw: Writable) {
    this.#cork = new Cork(raw);
    this.#backlog = new Backlog(raw);
  }

  /** What has been written and its reader has not taken yet. */
  get waiting(): SendLimits {
    return this.#backlog.waiting;
  }

  /** Bytes of it, whoever wrote them. */
  get waitingBytes(): number {
    return this.raw.writableLength;
  }

  /** To be called before others write, so that what they write leaves with what is written here. */
  hold(): void {
    this.#cork.hold();
  }

  write(frame: Buffer): void {
    this.#cork.hold();
    this.raw.write(frame);
    this.#backlog.add(frame.length);
  }
}
