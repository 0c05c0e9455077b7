const ROOM = 'greenroom:room:';

/** Socket.IO room of all connections that are in a room: `server.to(roomChannel('chat/cats'))`. Such traffic bypasses the room's stream. */
export const roomChannel = (address: string): string => `${ROOM}${address}`;

/** The rooms' addresses among the channels that a socket is in. */
export const roomsAmong = (channels: ReadonlySet<string>): string[] =>
  [...channels].filter((channel) => channel.startsWith(ROOM)).map((channel) => channel.slice(ROOM.length));

/** Socket.IO room of all connections of one user. */
export const userChannel = (userId: string): string => `greenroom:user:${userId}`;
