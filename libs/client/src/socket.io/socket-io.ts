import { trustedJsonCodec, type AuthReply, type ErrorBody, type Push, type Reply } from '@greenroom/protocol';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Carrier, Link, LinkListener, Packet } from '../connection/carrier.js';
import { mustFit } from '../connection/frame-size.js';
import { RoomError } from '../room-error.js';
import { bytesIn } from './bytes-in.js';

/** Socket.IO's own options. Those that the client must have its own way are left out. */
export type SocketIoOptions = Omit<
  Partial<ManagerOptions & SocketOptions>,
  'auth' | 'autoConnect' | 'forceNew' | 'multiplex' | 'reconnection' | 'retries' | 'ackTimeout'
>;

interface Operation {
  readonly op: string;
  readonly body: object;
}

/** Operations over Socket.IO: for networks that let no WebSocket through, or an app that has a Socket.IO server anyway. */
export const socketIo = (options: SocketIoOptions = {}): Carrier => ({
  encode(op, ref, body) {
    // Throws for what cannot travel, and is a copy: what the caller does to its own later changes nothing.
    const text = trustedJsonCodec.encode(body);
    mustFit(text);
    const copy = trustedJsonCodec.decode(text);
    if (!copy.ok) throw new RoomError(copy.error);
    return { ref, wire: { op, body: copy.body } satisfies Operation };
  },

  open(url, token, listener) {
    const target = new URL(url);
    target.protocol = url.protocol.replace('ws', 'http');
    const socket = io(target.href, { ...options, auth: { token }, forceNew: true, reconnection: false });
    return new SocketIoLink(socket, token, listener);
  },
});

class SocketIoLink implements Link {
  constructor(
    private readonly socket: Socket,
    token: string,
    private readonly listener: LinkListener,
  ) {
    // The handshake does not say how long the token holds.
    socket.on('connect', () =>
      socket.emit('auth', { token }, (reply: Reply<AuthReply>) => {
        if (reply.ok) listener.opened(reply);
        else this.#end(new RoomError(reply.error));
      }),
    );
    socket.on('connect_error', (error: Error & { readonly data?: ErrorBody }) =>
      this.#end(error.data && new RoomError(error.data)),
    );
    socket.on('disconnect', () => this.#end());
    socket.onAny((op: string, body: object) => listener.pushed({ op, ...(bytesIn(body) as object) } as Push));
  }

  send({ ref, wire }: Packet): void {
    const { op, body } = wire as Operation;
    this.socket.emit(op, body, (reply: Reply) => this.listener.answered(ref, bytesIn(reply) as Reply));
  }

  close(): void {
    this.socket.removeAllListeners();
    this.socket.offAny();
    this.socket.disconnect();
  }

  #end(error?: RoomError): void {
    this.close();
    this.listener.ended(error);
  }
}
