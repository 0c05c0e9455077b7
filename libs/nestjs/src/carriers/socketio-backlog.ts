import type { Socket } from 'socket.io';
import type { SendLimits } from '../sockets/send-queue.js';

type Engine = Socket['conn'];

/**
 * What waits for the reader of one Socket.IO socket. engine.io hands its whole buffer to the transport when the last
 * batch has left, so what waits is the buffer, and the batch before it while the transport is not writable.
 */
export class SocketIoBacklog {
  #buffered = { bytes: 0, frames: 0 };
  #leaving = { bytes: 0, frames: 0 };

  constructor(private readonly engine: Engine) {
    engine.on('flush', this.#flushed);
  }

  /** To be called before a write, with about its size. */
  add(bytes: number): void {
    this.#buffered.bytes += bytes;
    this.#buffered.frames += 1;
  }

  get waiting(): SendLimits {
    if (this.engine.transport.writable) return this.#buffered;
    return {
      bytes: this.#buffered.bytes + this.#leaving.bytes,
      frames: this.#buffered.frames + this.#leaving.frames,
    };
  }

  end(): void {
    this.engine.off('flush', this.#flushed);
  }

  readonly #flushed = (): void => {
    this.#leaving = this.#buffered;
    this.#buffered = { bytes: 0, frames: 0 };
  };
}
