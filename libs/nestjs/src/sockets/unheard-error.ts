import type { Duplex } from 'node:stream';

/**
 * Node takes its own listener from a socket that is upgraded: until somebody else listens, a peer that resets would end the
 * process.
 */
export const outlive = (socket: Duplex): void => void socket.on('error', destroy);

/** Somebody else listens. */
export const outlived = (socket: Duplex): void => void socket.off('error', destroy);

function destroy(this: Duplex): void {
  this.destroy();
}
