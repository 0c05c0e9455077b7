import { WebSocket } from '#web-socket';
import {
  CLOSE,
  TRUSTED_FRAME_LIMITS,
  trustedJsonCodec,
  type AuthReply,
  type Codec,
  type ErrorCode,
  type Push,
  type Reply,
} from '@greenroom/protocol';
import { RoomError, roomError } from '../room-error.js';
import type { Carrier, Link, LinkListener, Packet } from './carrier.js';
import { mustFit } from './frame-size.js';
import type { WebSocketLike } from './web-socket-like.js';

export interface WebSocketOptions {
  /** How frames are written: JSON, or `msgpackCodec` of `@greenroom/client/msgpack`. @default JSON */
  readonly codec?: Codec;
}

/**
 * What the server means by a close code. Any other is a link that was just lost: a token that ended, or came too late.
 * That one is refused is said in the reply.
 */
const REFUSALS = new Map<number, ErrorCode>([
  [CLOSE.notThisProtocol, 'BAD_FRAME'],
  [CLOSE.refused, 'FORBIDDEN'],
  [CLOSE.tooMany, 'RATE_LIMITED'],
]);

/** Of the first operation, which says who this is. Those that follow count from 1. */
const AUTH_REF = 0;

/** Operations over a plain WebSocket. */
export const webSocket = ({ codec = trustedJsonCodec }: WebSocketOptions = {}): Carrier => ({
  encode(op, ref, body) {
    const wire = codec.encode({ op, ref, ...body });
    mustFit(wire);
    return { ref, wire };
  },

  open(url, token, listener) {
    const target = new URL(url);
    target.protocol = url.protocol.replace('http', 'ws');
    return new WebSocketLink(new WebSocket(target.href, [codec.subprotocol]), codec, token, listener);
  },
});

class WebSocketLink implements Link {
  /** Said in a reply, before the close that follows it. */
  #refusal: RoomError | undefined;
  #isClosed = false;

  constructor(
    private readonly socket: WebSocketLike,
    private readonly codec: Codec,
    token: string,
    private readonly listener: LinkListener,
  ) {
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (!this.#isClosed) socket.send(codec.encode({ op: 'auth', ref: AUTH_REF, token }));
    });
    socket.addEventListener('message', ({ data }) => {
      if (!this.#isClosed) this.#hear(data);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (!this.#isClosed) this.#ended(code, reason);
    });
    // The close that follows says all that may be known.
    socket.addEventListener('error', () => {});
  }

  send({ wire }: Packet): void {
    this.socket.send(wire as string | Uint8Array);
  }

  close(): void {
    this.#isClosed = true;
    this.socket.close(1000);
  }

  #hear(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : (data as string | Uint8Array);
    const decoded = this.codec.decode(frame, TRUSTED_FRAME_LIMITS);
    if (!decoded.ok) {
      this.close();
      this.listener.ended();
    } else if (decoded.op !== 'reply') this.listener.pushed(decoded.body as unknown as Push);
    else if (decoded.ref === AUTH_REF) this.#authenticated(decoded.body as unknown as Reply<AuthReply>);
    else if (typeof decoded.ref === 'number') this.listener.answered(decoded.ref, decoded.body as unknown as Reply);
  }

  #authenticated(reply: Reply<AuthReply>): void {
    if (reply.ok) this.listener.opened(reply);
    else this.#refusal = new RoomError(reply.error);
  }

  #ended(code: number, reason: string): void {
    const meant = REFUSALS.get(code);
    this.listener.ended(this.#refusal ?? (meant && roomError(meant, reason)));
  }
}
