import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errorBody, type Ref, type Reply } from '@greenroom/protocol';
import type { Frame } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import { Outlet, type Reader } from '../sockets/outlet.js';
import type { SendLimits } from '../sockets/send-queue.js';
import type { WebSocketEncoding } from './websocket-encoding.js';

const REPLY = { op: 'reply' };
const CANNOT_BE_WRITTEN: Reply = { ok: false, error: errorBody('INTERNAL', 'The reply cannot be written.') };

/** The writing half of one plain WebSocket: encodes what goes through its outlet. */
export class WebSocketWire extends Outlet {
  constructor(
    socket: WebSocket,
    raw: Duplex,
    private readonly encoding: WebSocketEncoding,
    limits: SendLimits,
    private readonly logger: Logger,
    reader: Reader,
  ) {
    super(socket, raw, limits, reader);
  }

  push(frame: Frame): void {
    if (!this.takes(frame.isVolatile)) return;
    try {
      this.write(frame.encoded(this.encoding));
    } catch (thrown) {
      this.#unwritable(thrown);
    }
  }

  /** `false` when it could not be encoded: INTERNAL goes instead. */
  reply(ref: Ref | undefined, reply: Reply): boolean {
    if (!this.takes(false)) return true;
    const head = ref === undefined ? REPLY : { op: 'reply', ref };
    try {
      this.write(this.encoding.encode({ ...head, ...reply }));
      return true;
    } catch (thrown) {
      this.#unwritable(thrown);
      this.write(this.encoding.encode({ ...head, ...CANNOT_BE_WRITTEN }));
      return false;
    }
  }

  #unwritable(thrown: unknown): void {
    this.logger.error('something cannot be written on the wire', thrown);
  }
}
