import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { refuseUpgrade } from '../sockets/refuse-upgrade.js';
import type { RefusalStatus } from './refusal-status.js';

/** Bytes a peer may send before it is answered. By the letter (RFC 6455, 4.1) it has to wait. */
const MOST_EARLY_BYTES = 16_384;

/** An upgrade not answered yet. Its socket is read meanwhile, for else nobody would notice that the peer has gone. */
export class PendingUpgrade {
  readonly #early: Buffer[];
  #earlyBytes = 0;
  #isOver = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly socket: Duplex,
    head: Buffer,
    /** Called once: it was answered, or the peer has gone. */
    private readonly over: () => void,
  ) {
    this.#early = [head];
    // A server may have set one for requests; guards have a deadline of their own.
    request.socket.setTimeout(0);
    socket.on('data', this.#hold).on('end', this.#vanish).on('close', this.#vanish);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  refuse(status: RefusalStatus | 400): void {
    if (this.#settle()) refuseUpgrade(this.socket, status);
  }

  /** @returns whether it was accepted: `ws` refuses what is no proper request by itself */
  accept(server: WebSocketServer, accepted: (webSocket: WebSocket, raw: Duplex) => void): boolean {
    if (!this.#settle()) return false;
    let isAccepted = false;
    // What came early goes before what comes next.
    this.socket.pause();
    server.handleUpgrade(this.request, this.socket, Buffer.concat(this.#early), (webSocket) => {
      isAccepted = true;
      accepted(webSocket, this.socket);
    });
    this.socket.resume();
    return isAccepted;
  }

  readonly #hold = (bytes: Buffer): void => {
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MOST_EARLY_BYTES) this.refuse(400);
  };

  readonly #vanish = (): void => {
    if (this.#settle()) this.socket.destroy();
  };

  #settle(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.socket.off('data', this.#hold).off('end', this.#vanish).off('close', this.#vanish);
    this.over();
    return true;
  }
}
