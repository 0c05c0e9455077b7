/** What a connection brought when it was opened. */
export interface ConnectionHandshake {
  /** Lower-case names, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The peer's IP address. */
  readonly address: string;
  /** Path and query, as asked for. What stands in a URL ends up in logs: no place for secrets. */
  readonly url: string;
}

/** What is sent as a binary message. Sent as it is then: do not change it afterwards. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** One client of an endpoint. Guards have it while it is connecting: it is not open yet then, and nothing is sent. */
export interface Connection<Data extends object = Record<string, unknown>> {
  /** Unlike any other's, of any process. */
  readonly id: string;
  readonly handshake: ConnectionHandshake;
  /** As `handshake.headers`: a guard written for HTTP, which reads `switchToHttp().getRequest().headers`, finds them. */
  readonly headers: ConnectionHandshake['headers'];
  /** The app's own notes on this connection; empty at first. What guards note before it is accepted stays. */
  readonly data: Data;
  /** Accepted, and not closed by either side. */
  readonly isOpen: boolean;
  /** Where it is connected to, with all others that are. */
  readonly endpoint: Endpoint<Data>;
  /**
   * Sends a text message. `false` when it is not open, or has just been closed because it reads too slowly (4408).
   * @throws TypeError for anything but a string
   */
  send(text: string): boolean;
  /** As {@link Connection.send}, a binary message. @throws TypeError for anything but bytes */
  sendBinary(bytes: Bytes): boolean;
  /**
   * Closes it. What the peer has sent and no handler has begun is forgotten; `@OnClose` comes when the peer has answered.
   * A connecting one is refused (403). Closing again does nothing.
   * @param code 1000, or 3000 to 4999. @default 1000
   * @param reason for the peer; ends at the last character within 123 bytes of UTF-8. @default ''
   * @throws RangeError for any other code
   */
  close(code?: number, reason?: string): void;
}

export interface BroadcastOptions {
  /** Who gets nothing. */
  readonly except?: Connection<object> | undefined;
}

/** An endpoint's connections to this process, as one whom all of them can be told something through. Iterates them. */
export interface Endpoint<Data extends object = Record<string, unknown>> extends Iterable<Connection<Data>> {
  readonly path: string;
  /** How many are open. */
  readonly size: number;
  /** Sends a text message to all of them. @throws TypeError for anything but a string */
  broadcast(text: string, options?: BroadcastOptions): void;
  /** Sends a binary message to all of them. @throws TypeError for anything but bytes */
  broadcastBinary(bytes: Bytes, options?: BroadcastOptions): void;
}
