import type { EventsPush, Reply } from '@greenroom/protocol';
import type { Answer, Dialect, Telling, Told } from './dialect.js';
import { letIn } from './first-frame.js';
import { connectSocketIo, pongSocketIo, readAck } from './socketio.js';

const NAMESPACE = '/rooms,';

/** With an id as the client's own: it counts up, so that a command sent again would be known. */
const sending = (room: string, name: string, data: string, id: string): string =>
  `"room":"${room}","name":"${name}","data":${data},"id":"${id}"`;
const addends = (a: number, b: number): string => `{"a":${a},"b":${b}}`;

const answered = (ref: number, reply: Reply<{ data?: { sum?: number } }>): Answer => {
  if (!reply.ok) return { ref, ok: false, code: reply.error.code };
  const sum = reply.data?.sum;
  return { ref, ok: true, ...(sum !== undefined && { sum }) };
};

const told = ({ room, from, to, events }: EventsPush): Telling => ({
  turn: { room, from, to, seqs: events.map(({ seq }) => seq) },
  messages: events.map(({ data }) => data as Told),
});

export const greenroomSocketIo: Dialect = {
  answersSay: true,
  joinsByConnecting: false,
  connect: ({ port, name }) => connectSocketIo(port, NAMESPACE, name),
  join: (socket, room, ref) => socket.send(`42${NAMESPACE}${ref}["join",{"room":"${room}"}]`),
  leave: (socket, room, ref) => socket.send(`42${NAMESPACE}${ref}["leave",{"room":"${room}"}]`),
  say: (socket, room, text, ref, by) =>
    socket.send(`42${NAMESPACE}${ref}["send",{${sending(room, 'say', `{"text":"${text}"}`, `${by}:${ref}`)}}]`),
  add: (socket, room, a, b, ref, by) =>
    socket.send(`42${NAMESPACE}${ref}["send",{${sending(room, 'add', addends(a, b), `${by}:${ref}`)}}]`),
  answer(bytes, start, end) {
    const ack = readAck(bytes.toString('utf8', start, end), NAMESPACE);
    return ack && answered(ack.ref, ack.body as unknown as Reply);
  },
  telling(bytes, start, end) {
    const packet = bytes.toString('utf8', start, end);
    const head = `42${NAMESPACE}`;
    if (!packet.startsWith(`${head}["events",`)) return undefined;
    const [, turn] = JSON.parse(packet.slice(head.length)) as [string, EventsPush];
    return told(turn);
  },
  pong: pongSocketIo,
};

export const greenroomWebSocket: Dialect = {
  answersSay: true,
  joinsByConnecting: false,
  connect: ({ port, name }) =>
    letIn({ port, path: '/rooms', headers: { Authorization: `Bearer ${name}` } }, (frame) => {
      const { op } = JSON.parse(frame.toString()) as { op: string };
      return op === 'hello';
    }),
  join: (socket, room, ref) => socket.send(`{"op":"join","ref":${ref},"room":"${room}"}`),
  leave: (socket, room, ref) => socket.send(`{"op":"leave","ref":${ref},"room":"${room}"}`),
  say: (socket, room, text, ref, by) =>
    socket.send(`{"op":"send","ref":${ref},${sending(room, 'say', `{"text":"${text}"}`, `${by}:${ref}`)}}`),
  add: (socket, room, a, b, ref, by) =>
    socket.send(`{"op":"send","ref":${ref},${sending(room, 'add', addends(a, b), `${by}:${ref}`)}}`),
  answer(bytes, start, end) {
    const frame = JSON.parse(bytes.toString('utf8', start, end)) as { op: string; ref: number } & Reply;
    return frame.op === 'reply' ? answered(frame.ref, frame) : undefined;
  },
  telling(bytes, start, end) {
    const frame = JSON.parse(bytes.toString('utf8', start, end)) as { op: string } & EventsPush;
    return frame.op === 'events' ? told(frame) : undefined;
  },
};
