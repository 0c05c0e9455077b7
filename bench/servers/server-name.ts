/** What is measured, in the order of tables and charts. */
export const SERVERS = {
  'greenroom-socketio': 'Greenroom, Socket.IO',
  'greenroom-ws': 'Greenroom, WebSocket',
  limit: 'the limit',
  socketio: 'Socket.IO',
  nest: 'Nest gateway',
  ws: 'ws',
  colyseus: 'Colyseus',
} as const;

export type ServerName = keyof typeof SERVERS;
export const SERVER_NAMES = Object.keys(SERVERS) as readonly ServerName[];
export const GREENROOMS = ['greenroom-socketio', 'greenroom-ws'] as const satisfies readonly ServerName[];
