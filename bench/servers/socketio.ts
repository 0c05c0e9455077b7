import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { isText, listen, type Message, type StartServer } from './bench-server.js';
import { signIn } from './sign-in.js';

/** Socket.IO alone, as its documentation shows a chat. */
export const start: StartServer = () => {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

  io.use(signIn);
  io.on('connection', (socket) => {
    const from: string = socket.data.user;
    socket.on('join', (room: string, done: (reply: object) => void) => {
      void socket.join(room);
      done({ ok: true });
    });
    socket.on('say', ({ room, text }: { room: string; text: unknown }) => {
      if (!socket.rooms.has(room) || !isText(text)) return;
      const message: Message = { text, from, at: Date.now() };
      io.to(room).emit('message', message);
    });
    socket.on('add', ({ a, b }: { a: number; b: number }, done: (reply: object) => void) => done({ sum: a + b }));
  });
  return listen(http);
};
