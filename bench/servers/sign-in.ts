import type { Socket } from 'socket.io';
import { authenticate } from './bench-server.js';

/** Socket.IO's middleware for those who connect: notes who they are, or keeps them out. */
export const signIn = (socket: Socket, next: (error?: Error) => void): void => {
  const look = async (): Promise<void> => {
    try {
      socket.data.user = await authenticate(socket.handshake.auth['token']);
      next();
    } catch (error) {
      next(error as Error);
    }
  };
  void look();
};
