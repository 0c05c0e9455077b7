import { RawWebSocket } from '../raw-web-socket.js';
import type { Dialect, Told } from './dialect.js';
import { greenroomSocketIo } from './greenroom.js';

/** The JSON that `ws` alone is asked in. */
export const plain: Dialect = {
  answersSay: false,
  joinsByConnecting: false,
  connect: ({ port, name }) =>
    RawWebSocket.open({ port, path: '/', headers: { Authorization: `Bearer ${name}` } }, () => undefined),
  join: (socket, room, ref) => socket.send(`{"op":"join","ref":${ref},"room":"${room}"}`),
  say: (socket, room, text) => socket.send(`{"op":"say","room":"${room}","text":"${text}"}`),
  add: (socket, _room, a, b, ref) => socket.send(`{"op":"add","ref":${ref},"a":${a},"b":${b}}`),
  answer(bytes, start, end) {
    const { op, ref, sum } = JSON.parse(bytes.toString('utf8', start, end)) as {
      op: string;
      ref: number;
      sum?: number;
    };
    return op === 'reply' ? { ref, ok: true, ...(sum !== undefined && { sum }) } : undefined;
  },
  telling(bytes, start, end) {
    const said = JSON.parse(bytes.toString('utf8', start, end)) as { op: string } & Told;
    return said.op === 'message' ? { messages: [said] } : undefined;
  },
};

/** The limit is asked as `ws` is, and tells what Greenroom does. */
export const limit: Dialect = { ...plain, telling: greenroomSocketIo.telling };
