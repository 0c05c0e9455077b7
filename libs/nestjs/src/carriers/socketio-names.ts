/** Socket.IO room of all connections that are in a room: `server.to(roomChannel('chat/cats'))`. Such traffic bypasses the room's stream. */
export const roomChannel = (address: string): string => `greenroom:room:${address}`;

/** Socket.IO room of all connections of one user. */
export const userChannel = (userId: string): string => `greenroom:user:${userId}`;
