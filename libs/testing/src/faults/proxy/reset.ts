import type { Socket } from 'node:net';

/** Ends it with an RST. One that has said FIN already is destroyed: Node would neither reset nor close it then. */
export const reset = (socket: Socket): void =>
  void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());
