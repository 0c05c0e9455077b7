import type { Frame, Show } from './frame.js';

/** A whole chat client: the browser's own WebSocket, and no library. */
export const openSocket = (name: string, show: Show): WebSocket => {
  const socket = new WebSocket('/ws');
  socket.binaryType = 'arraybuffer';
  const join = JSON.stringify({ type: 'join', username: name });
  socket.addEventListener('open', () => socket.send(join));
  socket.addEventListener('message', ({ data }) => show(read(data)));
  socket.addEventListener('close', () => show({ type: 'closed' }));
  return socket;
};

const read = (data: string | ArrayBuffer): Frame => {
  if (typeof data === 'string') return JSON.parse(data) as Frame;
  return { type: 'bytes', bytes: new Uint8Array(data) };
};

export const say = (socket: WebSocket, text: string): void => {
  socket.send(JSON.stringify({ text }));
};

export const sendBytes = (socket: WebSocket, ...bytes: number[]): void => {
  socket.send(Uint8Array.from(bytes));
};
