import type { Frame, Identity } from '@greenroom/rooms';
import type { Handshake } from '../gateway/rooms-connection.js';
import type { SendLimits } from '../sockets/send-queue.js';
import { CarrierConnection } from './carrier-connection.js';
import type { WebSocketWire } from './websocket-wire.js';

/** A plain WebSocket whose user is known. */
export class WebSocketConnection extends CarrierConnection {
  #data: Record<string, unknown> | undefined;

  constructor(
    id: string,
    handshake: Handshake,
    user: Identity,
    private readonly wire: WebSocketWire,
  ) {
    super(id, handshake, user);
  }

  get carrier(): 'websocket' {
    return 'websocket';
  }

  /** Made for apps that have something to note. */
  get data(): Record<string, unknown> {
    return (this.#data ??= {});
  }

  get isIdle(): boolean {
    return this.wire.isIdle;
  }

  get backlog(): SendLimits {
    return this.wire.waiting;
  }

  push(frame: Frame): void {
    this.wire.push(frame);
  }

  close(code: number, reason: string): void {
    this.wire.close(code, reason);
  }
}
