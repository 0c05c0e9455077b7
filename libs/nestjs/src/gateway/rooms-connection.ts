import type { Connection } from '@greenroom/rooms';

/** What a connection brought when it was opened. Never contains the query string's values. */
export interface Handshake {
  /** Socket.IO `auth`, or the body of a plain WebSocket's `hello` and `auth`, without the token. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** Lower-case names, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The peer's IP address. */
  readonly address: string;
  /** Path of the request. */
  readonly url: string;
}

/**
 * One socket of either carrier: what guards, pipes, interceptors and room classes get as the client
 * (`context.switchToWs().getClient()`, `@ConnectedSocket()`).
 */
export interface RoomsConnection extends Connection {
  readonly carrier: 'socket.io' | 'websocket';
  readonly handshake: Handshake;
  /** The app's own notes on this connection. */
  readonly data: Record<string, unknown>;
  /** As `handshake.headers`: a guard written for HTTP, which reads `switchToHttp().getRequest().headers`, finds them. */
  readonly headers: Handshake['headers'];
}
