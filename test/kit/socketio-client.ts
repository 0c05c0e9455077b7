import type { Push, Reply } from '@greenroom/protocol';
import { io, type Socket } from 'socket.io-client';
import { Client } from './client.js';

/** What the stock client may be told. */
export type SocketIoOptions = NonNullable<Parameters<typeof io>[1]>;

/** An ack on Socket.IO's own wire, of any namespace. */
const ACK = '3';

/** A stock `socket.io-client`, as it comes: it begins by long polling, and moves to a WebSocket. */
export class SocketIoClient extends Client {
  readonly #socket: Socket;

  constructor(url: string, options: SocketIoOptions) {
    super();
    this.#socket = io(`${url}/rooms`, { reconnection: false, forceNew: true, ...options });
    this.#socket.onAny((op: Push['op'], body: object) => this.receive({ op, ...body } as Push));
    this.#socket.on('disconnect', (reason) => this.end({ code: undefined, reason }));
    this.#socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      this.end({ code: undefined, reason: error.data?.code ?? error.message });
    });
    // Below the client's own bookkeeping, which drops a second ack.
    this.#socket.io.on('open', () => {
      this.#socket.io.engine.on('packet', ({ data }: { data?: unknown }) => {
        if (typeof data === 'string' && data.startsWith(ACK)) this.answered += 1;
      });
    });
  }

  close(): void {
    this.#socket.disconnect();
  }

  protected write(op: string, body: object, answer?: (reply: Reply) => void): void {
    if (answer === undefined) this.#socket.emit(op, body);
    else this.#socket.emit(op, body, answer);
  }
}
