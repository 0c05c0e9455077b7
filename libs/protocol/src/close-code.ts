/** Why a server closes a plain WebSocket. 1001 and 1009 are RFC 6455's; 44xx mirror HTTP. Source: protocol.md. */
export const CLOSE = {
  /** The node is being emptied; reconnect when `goodbye` says. */
  draining: 1001,
  /** A frame above the hard size. */
  tooLarge: 1009,
  /** No subprotocol of ours, an unknown version, or bad frames again and again. */
  notThisProtocol: 4400,
  /** No valid token in time, or it expired. */
  unauthenticated: 4401,
  /** The origin or a connect guard refused. */
  refused: 4403,
  /** The send queue overflowed although it was reset. */
  slowReader: 4408,
  /** Too many connections. */
  tooMany: 4429,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];
