import type { Duplex } from 'node:stream';
import { CLOSE } from '@greenroom/protocol';
import type { WebSocket } from 'ws';
import { RawLine } from './raw-line.js';
import { decide, type SendLimits } from './send-queue.js';

/** Longest reason of a close frame, in bytes. Source: RFC 6455, 5.5. */
const LONGEST_REASON = 123;

/** Whoever reads the socket. */
export interface Reader {
  /** The socket begins to close from this side: what the peer still sends must not count. */
  closing(): void;
}

/**
 * The writing half of one WebSocket: gathers, and holds no more for a slow reader than its limits. Frames are made once for
 * all their readers and go past `ws`, which would make each anew. As both write whole messages, uncompressed, they may stand
 * between each other's.
 */
export class Outlet extends RawLine {
  constructor(
    private readonly socket: WebSocket,
    raw: Duplex,
    private readonly limits: SendLimits,
    private readonly reader: Reader,
  ) {
    super(raw);
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Whether a frame may be sent now. A reader who is too slow for one that is not volatile is closed (4408). */
  takes(isVolatile: boolean): boolean {
    if (!this.isOpen) return false;
    if (this.isIdle) return true;
    const verdict = decide(this.waiting, this.limits, isVolatile);
    if (verdict === 'overflow') this.close(CLOSE.slowReader, 'slow reader');
    return verdict === 'send';
  }

  /** A reason that is too long for a close frame ends at the last character that fits. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.hold();
    this.socket.close(code, fitting(reason));
    this.reader.closing();
  }
}

/** Bytes of a character that does not fit are waited for, and so left out, by a decoder that expects more. */
const fitting = (reason: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(reason).subarray(0, LONGEST_REASON), {
    stream: true,
  });
