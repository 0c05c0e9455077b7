import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errorBody, type Ref, type Reply } from '@greenroom/protocol';
import type { Frame } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import { Outlet, type Reader } from '../sockets/outlet.js';
import type { SendLimits } from '../sockets/send-queue.js';
import type { WebSocketEncoding } from './websocket-encoding.js';

/** The writing half of one plain WebSocket: encodes what goes through its outlet. */
export class WebSocketWire {
  readonly #outlet: Outlet;

  constructor(
    socket: WebSocket,
    raw: Duplex,
    private readonly encoding: WebSocketEncoding,
    limits: SendLimits,
    private readonly logger: Logger,
    reader: Reader,
  ) {
    this.#outlet = new Outlet(socket, raw, limits, reader);
  }

  get backlog(): SendLimits {
    return this.#outlet.backlog;
  }

  push(frame: Frame): void {
    this.#write(() => frame.encoded(this.encoding), frame.isVolatile);
  }

  /** `false` when it could not be encoded: INTERNAL goes instead. */
  reply(ref: Ref | undefined, reply: Reply): boolean {
    const head = { op: 'reply', ...(ref !== undefined && { ref }) };
    if (this.#write(() => this.encoding.encode({ ...head, ...reply }), false)) return true;
    this.#write(
      () => this.encoding.encode({ ...head, ok: false, error: errorBody('INTERNAL', 'The reply cannot be written.') }),
      false,
    );
    return false;
  }

  close(code: number, reason: string): void {
    this.#outlet.close(code, reason);
  }

  /** `false` when it could not be encoded, which is logged. */
  #write(encode: () => Buffer, isVolatile: boolean): boolean {
    if (!this.#outlet.takes(isVolatile)) return true;
    let encoded;
    try {
      encoded = encode();
    } catch (thrown) {
      this.logger.error('something cannot be written on the wire', thrown);
      return false;
    }
    this.#outlet.send(encoded);
    return true;
  }
}
