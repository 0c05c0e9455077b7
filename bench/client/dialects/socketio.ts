import { letIn } from './first-frame.js';
import type { Answer, Dialect, Told } from './dialect.js';

const PATH = '/socket.io/?EIO=4&transport=websocket';
const PING = '2';
const PONG = '3';

/** Lets somebody in to a namespace (`''` is the root). Source: socket.io-protocol v5, engine.io-protocol v4. */
export const connectSocketIo = (port: number, namespace: string, name: string) =>
  letIn({ port, path: PATH }, (frame, socket) => {
    const packet = frame.toString();
    if (packet.startsWith('0')) socket.send(`40${namespace}${JSON.stringify({ token: name })}`);
    if (packet.startsWith('44')) throw new Error(`refused: ${packet}`);
    return packet.startsWith(`40${namespace}`);
  });

/** An engine.io ping is one byte long. */
export const pongSocketIo: NonNullable<Dialect['pong']> = (socket, bytes, start, end) => {
  if (end - start !== 1 || bytes[start] !== PING.charCodeAt(0)) return false;
  socket.send(PONG);
  return true;
};

/** The arguments of an acknowledgement, and what it is for: `43/rooms,12[{...}]`. */
export const readAck = (
  packet: string,
  namespace: string,
): { ref: number; body: Record<string, unknown> } | undefined => {
  const head = `43${namespace}`;
  if (!packet.startsWith(head)) return undefined;
  const list = packet.indexOf('[');
  const [body] = JSON.parse(packet.slice(list)) as [Record<string, unknown>];
  return { ref: Number(packet.slice(head.length, list)), body };
};

/** Socket.IO's own events, and those of a Nest gateway, which are the same on the wire. */
export const socketIo: Dialect = {
  answersSay: false,
  joinsByConnecting: false,
  connect: ({ port, name }) => connectSocketIo(port, '', name),
  join: (socket, room, ref) => socket.send(`42${ref}["join","${room}"]`),
  say: (socket, room, text) => socket.send(`42["say",{"room":"${room}","text":"${text}"}]`),
  add: (socket, _room, a, b, ref) => socket.send(`42${ref}["add",{"a":${a},"b":${b}}]`),
  answer(bytes, start, end): Answer | undefined {
    const ack = readAck(bytes.toString('utf8', start, end), '');
    if (ack === undefined) return undefined;
    const { sum } = ack.body;
    return { ref: ack.ref, ok: true, ...(typeof sum === 'number' && { sum }) };
  },
  telling(bytes, start, end) {
    const packet = bytes.toString('utf8', start, end);
    if (!packet.startsWith('42["message",')) return undefined;
    const [, message] = JSON.parse(packet.slice(2)) as [string, Told];
    return { messages: [message] };
  },
  pong: pongSocketIo,
};
