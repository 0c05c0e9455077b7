import type { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { CLOSE, errorBody, exceedsLimits, type ErrorBody, type Reply } from '@greenroom/protocol';
import { Frame, type Identity } from '@greenroom/rooms';
import { errorCodeOf } from '../gateway/close-code.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import type { Answer } from '../gateway/operations.js';
import type { Handshake } from '../gateway/rooms-connection.js';
import { isHeavier, weigh } from '../limits/weight.js';
import { CarrierConnection } from './carrier-connection.js';
import { decide, type SendLimits } from '../sockets/send-queue.js';
import { sendAcksThrough } from './socketio-acks.js';
import { roomChannel, roomsAmong, userChannel } from './socketio-names.js';
import type { SocketIoOutlet } from './socketio-outlet.js';
import type { SocketIoPackets } from './socketio-packets.js';

const TRANSPORT_TROUBLE: ReadonlySet<number> = new Set([CLOSE.slowReader, CLOSE.notThisProtocol, CLOSE.draining]);

/** A Socket.IO socket whose user is known. `data` is the socket's own. */
export class SocketIoConnection extends CarrierConnection {
  #hasAsked = false;

  constructor(
    private readonly socket: Socket,
    handshake: Handshake,
    user: Identity,
    private readonly outlet: SocketIoOutlet,
    private readonly packets: SocketIoPackets,
    private readonly settings: GatewaySettings,
    private readonly logger: Logger,
  ) {
    super(socket.id, handshake, user);
  }

  get carrier(): 'socket.io' {
    return 'socket.io';
  }

  get data(): Record<string, unknown> {
    return this.socket.data as Record<string, unknown>;
  }

  get isIdle(): boolean {
    return this.outlet.isIdle;
  }

  get backlog(): SendLimits {
    return this.outlet.waiting;
  }

  push(frame: Frame): void {
    if (!this.isOpen) return;
    if (frame.push.op === 'closed') this.exit(frame.push.room);
    try {
      this.#write(frame);
    } catch (thrown) {
      this.logger.error('something cannot be written on the wire', thrown);
    }
  }

  /** Socket.IO has no close codes: each room's `closed` says why, then the socket is disconnected. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    const error = errorCodeOf(code);
    if (error !== undefined) {
      for (const room of roomsAmong(this.socket.rooms))
        this.push(new Frame({ op: 'closed', room, code: error, reason }));
    }
    this.gone();
    // The app's other namespaces on the same transport live on, unless the transport itself is the trouble.
    this.socket.disconnect(TRANSPORT_TROUBLE.has(code));
    // A slow reader would not read that it is over: nothing more is held for it.
    if (code === CLOSE.slowReader) this.socket.conn.close(true);
  }

  override enter(address: string): void {
    if (this.isOpen) void this.socket.join(roomChannel(address));
  }

  override exit(address: string): void {
    void this.socket.leave(roomChannel(address));
  }

  /** To be called when the socket is connected: before that it is in no room. */
  enterUser(): void {
    void this.socket.join(userChannel(this.user.id));
  }

  /** Makes an ack safe to answer with. A client that asked for none is not told. */
  answering(ack: unknown): Answer {
    if (!this.#hasAsked) sendAcksThrough(this.outlet, this.socket, this.packets, this.settings.sendQueueBytes);
    this.#hasAsked = true;
    return (reply) => {
      if (typeof ack !== 'function' || !this.isOpen) return true;
      if (this.#decide(false) === 'overflow') {
        this.close(CLOSE.slowReader, 'slow reader');
        return true;
      }
      try {
        (ack as (reply: Reply) => void)(reply);
        return true;
      } catch (thrown) {
        this.logger.error('a reply cannot be written on the wire', thrown);
        (ack as (reply: Reply) => void)({ ok: false, error: errorBody('INTERNAL', 'The reply cannot be written.') });
        return false;
      }
    };
  }

  /** What a body breaks, which Socket.IO's own limits let pass. */
  breach(body: unknown): ErrorBody | undefined {
    const { frame } = this.settings;
    const breach = exceedsLimits(body, frame);
    if (breach !== undefined || !isHeavier(body, frame.maxBytes)) return breach;
    return errorBody('TOO_LARGE', `A frame may have a total of ${frame.maxBytes} bytes`);
  }

  #write(frame: Frame): void {
    const verdict = this.#decide(frame.isVolatile);
    if (verdict === 'overflow') return this.close(CLOSE.slowReader, 'slow reader');
    if (verdict === 'drop') return;
    const packet = frame.encoded(this.packets);
    if (packet !== 'has bytes') return this.outlet.write(packet);
    const { op, ...body } = frame.push;
    this.outlet.expect(weigh(body, this.settings.sendQueueBytes));
    this.socket.emit(op, body);
  }

  #decide(isVolatile: boolean): ReturnType<typeof decide> {
    if (this.outlet.isIdle) return 'send';
    const limits = { bytes: this.settings.sendQueueBytes, frames: this.settings.sendQueueFrames };
    return decide(this.outlet.waiting, limits, isVolatile);
  }
}
