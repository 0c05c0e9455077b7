import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errorBody, type Ref, type Reply } from '@greenroom/protocol';
import type { Frame } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { Outlet } from '../sockets/outlet.js';
import type { WebSocketEncoding } from './websocket-encoding.js';

const REPLY = { op: 'reply' };
const CANNOT_BE_WRITTEN: Reply = { ok: false, error: errorBody('INTERNAL', 'The reply cannot be written.') };

/** The writing half of one plain WebSocket: encodes what goes through its outlet. */
export class WebSocketWire extends Outlet {
  constructor(
    socket: WebSocket,
    raw: Duplex,
    private readonly encoding: WebSocketEncoding,
    settings: GatewaySettings,
    private readonly logger: Logger,
    /** Called when the socket begins to close from this side: what the peer still sends must not count. */
    closing: () => void,
  ) {
    const limits = { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames };
    super(socket, raw, limits, closing);
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
