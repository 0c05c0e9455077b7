import type { Frame, Identity } from '@greenroom/rooms';
import type { Handshake, RoomsConnection } from '../gateway/rooms-connection.js';
import type { SendLimits } from '../sockets/send-queue.js';

/** What every carrier's connection is, and what the gateway asks of it beyond `RoomsConnection`. */
export abstract class CarrierConnection implements RoomsConnection {
  abstract readonly carrier: RoomsConnection['carrier'];
  readonly data: Record<string, unknown>;
  #user: Identity;
  /** What to do when the socket is gone; `undefined` once it is. */
  #whenGone: (() => void)[] | undefined = [];

  constructor(
    readonly id: string,
    readonly handshake: Handshake,
    user: Identity,
    data: Record<string, unknown> = {},
  ) {
    this.#user = user;
    this.data = data;
  }

  get headers(): Handshake['headers'] {
    return this.handshake.headers;
  }

  get user(): Identity {
    return this.#user;
  }

  get isOpen(): boolean {
    return this.#whenGone !== undefined;
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

  /** Runs once, when the socket is gone; at once if it is. */
  whenGone(run: () => void): void {
    if (this.#whenGone === undefined) run();
    else this.#whenGone.push(run);
  }

  /** The socket is gone, or was never let in. Said by whoever sees it first. */
  gone(): void {
    const runs = this.#whenGone ?? [];
    this.#whenGone = undefined;
    for (const run of runs) run();
  }
}
