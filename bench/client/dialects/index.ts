import type { ServerName } from '../../servers/server-name.js';
import { colyseus } from './colyseus.js';
import type { Dialect } from './dialect.js';
import { greenroomSocketIo, greenroomWebSocket } from './greenroom.js';
import { limit, plain } from './plain.js';
import { socketIo } from './socketio.js';

export const DIALECTS: Readonly<Record<ServerName, Dialect>> = {
  'greenroom-socketio': greenroomSocketIo,
  'greenroom-ws': greenroomWebSocket,
  limit,
  socketio: socketIo,
  nest: socketIo,
  ws: plain,
  colyseus,
};
