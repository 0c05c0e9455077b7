import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { authenticate, bearer, isText, listen, type Message, type StartServer } from './bench-server.js';

/** What a client says, one JSON text frame each. */
export type Said =
  | { readonly op: 'join'; readonly ref: number; readonly room: string }
  | { readonly op: 'say'; readonly room: string; readonly text: unknown }
  | { readonly op: 'add'; readonly ref: number; readonly a: number; readonly b: number };

/** `ws` alone, and rooms that are sets: what one writes oneself. */
export const start: StartServer = () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const rooms = new Map<string, Set<WebSocket>>();

  const serve = (socket: WebSocket, from: string): void => {
    socket.on('message', (frame: Buffer) => {
      const said: Said = JSON.parse(frame.toString());
      switch (said.op) {
        case 'join': {
          const members = rooms.get(said.room) ?? new Set();
          rooms.set(said.room, members.add(socket));
          return socket.send(`{"op":"reply","ref":${said.ref}}`);
        }
        case 'say': {
          const members = rooms.get(said.room);
          if (!members?.has(socket) || !isText(said.text)) return;
          const message: Message = { text: said.text, from, at: Date.now() };
          const encoded = Buffer.from(JSON.stringify({ op: 'message', ...message }));
          for (const member of members) member.send(encoded, { binary: false });
          return;
        }
        case 'add':
          return socket.send(JSON.stringify({ op: 'reply', ref: said.ref, sum: said.a + said.b }));
      }
    });
    socket.on('close', () => {
      for (const members of rooms.values()) members.delete(socket);
    });
  };
  http.on('upgrade', (request, raw, head) => {
    authenticate(bearer(request.headers.authorization)).then(
      (user) => server.handleUpgrade(request, raw, head, (socket) => serve(socket, user)),
      () => raw.destroy(),
    );
  });
  return listen(http);
};
