export { createClient, type Client, type ClientOptions, type JoinOptions } from './client.js';
export type { TokenSource } from './connection/connection.js';
export type { ClientStatus } from './connection/status.js';
export { webSocket, type WebSocketOptions } from './connection/web-socket.js';
export type { Carrier, Link, LinkListener, Packet } from './connection/carrier.js';
export { RoomError } from './room-error.js';
export type {
  Author,
  ClientRoom,
  EventMeta,
  RedactedEvent,
  Reset,
  ResetEvent,
  RoomEvent,
  RoomNews,
  SendOptions,
  Sent,
} from './room/client-room.js';
export type { MembersChange } from './room/roster.js';
export type { RoomStatus } from './room/room-status.js';
