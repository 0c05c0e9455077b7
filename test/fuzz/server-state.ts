/** What the server under test says of itself, after it has collected its garbage. */
export interface ServerState {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** To rooms, of both carriers. */
  readonly connections: number;
  /** Of Socket.IO. */
  readonly transports: number;
  /** TCP connections. */
  readonly sockets: number;
}
