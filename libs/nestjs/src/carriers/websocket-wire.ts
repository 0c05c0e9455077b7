import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CLOSE, errorBody, type Codec, type Ref, type Reply } from '@greenroom/protocol';
import type { Frame } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { Cork } from '../sockets/cork.js';
import { decide } from '../sockets/send-queue.js';

/** Longest reason of a close frame, in bytes. Source: RFC 6455, 5.5. */
const LONGEST_REASON = 123;

/** The writing half of one plain WebSocket: encodes, gathers, and holds no more for a slow reader than its limits. */
export class WebSocketWire {
  readonly #cork: Cork;
  readonly #limits: { readonly bytes: number; readonly frames: number };
  #unsent = 0;

  constructor(
    private readonly socket: WebSocket,
    raw: Duplex,
    readonly codec: Codec,
    settings: GatewaySettings,
    private readonly logger: Logger,
    /** Called when the socket begins to close from this side: what the peer still sends must not count. */
    private readonly closing: () => void,
  ) {
    this.#cork = new Cork(raw);
    this.#limits = { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames };
  }

  push(frame: Frame): void {
    this.#write(() => frame.encoded(this.codec), frame.isVolatile);
  }

  /** `false` when it could not be encoded: INTERNAL goes instead. */
  reply(ref: Ref | undefined, reply: Reply): boolean {
    const head = { op: 'reply', ...(ref !== undefined && { ref }) };
    if (this.#write(() => this.codec.encode({ ...head, ...reply }), false)) return true;
    this.#write(
      () => this.codec.encode({ ...head, ok: false, error: errorBody('INTERNAL', 'The reply cannot be written.') }),
      false,
    );
    return false;
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.socket.close(code, Buffer.byteLength(reason) > LONGEST_REASON ? '' : reason);
    this.closing();
  }

  get #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** `false` when it could not be encoded, which is logged. */
  #write(encode: () => string | Uint8Array, isVolatile: boolean): boolean {
    if (!this.#isOpen) return true;
    const waiting = { bytes: this.socket.bufferedAmount, frames: this.#unsent };
    const verdict = decide(waiting, this.#limits, isVolatile);
    if (verdict === 'overflow') this.close(CLOSE.slowReader, 'slow reader');
    if (verdict !== 'send') return true;
    let encoded;
    try {
      encoded = encode();
    } catch (thrown) {
      this.logger.error('something cannot be written on the wire', thrown);
      return false;
    }
    this.#cork.hold();
    this.#unsent += 1;
    this.socket.send(encoded, () => {
      this.#unsent -= 1;
    });
    return true;
  }
}
