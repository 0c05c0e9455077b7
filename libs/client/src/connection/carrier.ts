import type { AuthReply, Push, Reply } from '@greenroom/protocol';
import type { RoomError } from '../room-error.js';

/** An operation as its carrier writes it: made once, however often it is sent. Opaque to everybody else. */
export interface Packet {
  readonly ref: number;
  readonly wire: unknown;
}

/** What a carrier tells while a link is there. Nothing after `ended`. */
export interface LinkListener {
  /** The server knows who this is. Once, before anything is answered. */
  opened(auth: AuthReply): void;
  answered(ref: number, reply: Reply): void;
  pushed(push: Push): void;
  /** Once. With an error when the server said why; without one when the link was just lost. */
  ended(error?: RoomError): void;
}

/** One connection to the server, from its handshake on. */
export interface Link {
  send(packet: Packet): void;
  /** Ends it; nothing is told to its listener any more. */
  close(): void;
}

/** How operations travel: a plain WebSocket, or Socket.IO. */
export interface Carrier {
  /**
   * @throws TypeError or RangeError for what cannot travel: a cycle, a bigint, a reserved key.
   * @throws RoomError TOO_LARGE for what no server takes.
   */
  encode(op: string, ref: number, body: object): Packet;
  /** Connects and authenticates. `url` has the scheme http(s) or ws(s). */
  open(url: URL, token: string, listener: LinkListener): Link;
}
