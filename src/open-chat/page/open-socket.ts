import type { Frame } from './frame.js';

/** A whole chat client: the browser's own WebSocket, and no library. */
export const openSocket = (name: string, show: (frame: Frame) => void): WebSocket => {
  const socket = new WebSocket('/ws');
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'join', username: name })));
  socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') show(JSON.parse(data) as Frame);
    else show({ type: 'bytes', bytes: new Uint8Array(data) });
  });
  socket.addEventListener('close', () => show({ type: 'closed' }));
  return socket;
};

export const say = (socket: WebSocket, text: string): void => socket.send(JSON.stringify({ text }));
export const sendBytes = (socket: WebSocket, ...bytes: number[]): void => socket.send(Uint8Array.from(bytes));
