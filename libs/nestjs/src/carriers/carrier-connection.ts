import type { Frame, Identity } from '@greenroom/rooms';
import type { Handshake, RoomsConnection } from '../gateway/rooms-connection.js';
import type { SendLimits } from '../sockets/send-queue.js';

/** Whoever has let a connection in, and is told when it is over. */
export interface Host {
  gone(): void;
}

/** What every carrier's connection is, and what the gateway asks of it beyond `RoomsConnection`. */
export abstract class CarrierConnection implements RoomsConnection {
  abstract readonly carrier: RoomsConnection['carrier'];
  abstract readonly data: Record<string, unknown>;
  #user: Identity;
  #host: Host | undefined;
  #isOpen = true;

  constructor(
    readonly id: string,
    readonly handshake: Handshake,
    user: Identity,
  ) {
    this.#user = user;
  }

  get headers(): Handshake['headers'] {
    return this.handshake.headers;
  }

  get user(): Identity {
    return this.#user;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Its reader has taken all that was pushed. `backlog` says the same, and costs more. */
  abstract get isIdle(): boolean;

  /** What has been pushed and its reader has not taken yet. */
  abstract get backlog(): SendLimits;

  abstract push(frame: Frame): void;

  /** Ends it, telling the client why as far as the carrier can. `code` is a close code of a plain WebSocket. */
  abstract close(code: number, reason: string): void;

  /** The connection's user has joined a room. */
  enter(_address: string): void {}

  /** The connection is in that room no longer. */
  exit(_address: string): void {}

  /** The same user, with the claims of a newer token. */
  renew(user: Identity): void {
    this.#user = user;
  }

  /** From now on this one is told, once, when the socket is gone. */
  hostedBy(host: Host): void {
    this.#host = host;
  }

  /** The socket is gone, or was never let in. Said by whoever sees it first. */
  gone(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#host?.gone();
  }
}
