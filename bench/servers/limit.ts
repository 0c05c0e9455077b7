import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { listen, type StartServer } from './bench-server.js';
import type { Said } from './ws.js';

const frameOf = (text: string): Buffer => {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), payload]);
};

/** As long as what Greenroom writes for one message over Socket.IO, with all that its clients need to know of it. */
const turnOf = (room: string, seq: number, text: unknown, from: string): string => {
  const at = Date.now();
  const event = { seq, name: 'message', data: { text, from, at }, at, by: { id: from, name: from } };
  const turn = { room, epoch: at, from: seq - 1, to: seq, events: [event] };
  return `42/rooms,${JSON.stringify(['events', turn])}`;
};

/**
 * What Node cannot be faster than while a socket is a `net.Socket`: reads a command, makes one frame of it, and writes that to
 * every member's socket, once. It asks nothing, checks nothing and bounds nothing.
 */
export const start: StartServer = () => {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const rooms = new Map<string, { readonly members: Set<Duplex>; seq: number }>();

  server.on('connection', (socket, { socket: raw, headers }) => {
    const from = headers.authorization?.slice('Bearer '.length) ?? '';
    socket.on('message', (encoded: Buffer) => {
      const said: Said = JSON.parse(encoded.toString());
      if (said.op === 'join') {
        const room = rooms.get(said.room) ?? { members: new Set(), seq: 0 };
        rooms.set(said.room, room);
        room.members.add(raw);
        socket.send(`{"op":"reply","ref":${said.ref}}`);
      } else if (said.op === 'say') {
        const room = rooms.get(said.room);
        if (room === undefined) return;
        room.seq += 1;
        const frame = frameOf(turnOf(said.room, room.seq, said.text, from));
        for (const member of room.members) member.write(frame);
      }
    });
    socket.on('close', () => {
      for (const { members } of rooms.values()) members.delete(raw);
    });
  });
  return listen(http);
};
