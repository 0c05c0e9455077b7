import { unpack, pack } from 'msgpackr';
import type { Answer, Dialect, Told } from './dialect.js';
import { letIn } from './first-frame.js';

/** The first byte of a message. Source: @colyseus/shared-types 0.18, `Protocol`. */
const CODE = { join: 10, error: 11, data: 13, request: 21, response: 22 } as const;
const STATUS_OK = 0;
/** A msgpack string of up to 31 bytes: its length is in its first byte. */
const FIXSTR = 0xa0;

const shortString = (text: string): Buffer => Buffer.from([FIXSTR | text.length, ...Buffer.from(text)]);
const SAY = Buffer.concat([Buffer.from([CODE.data]), shortString('say')]);
const ADD = shortString('add');
const MESSAGE = Buffer.concat([Buffer.from([CODE.data]), shortString('message')]);

/** Numbers as @colyseus/schema writes them: up to 127 in one byte, then in 32 bits. */
const number = (value: number): Buffer => {
  if (value < 0x80) return Buffer.from([value]);
  const bytes = Buffer.from([0xce, 0, 0, 0, 0]);
  bytes.writeUInt32LE(value, 1);
  return bytes;
};

/** A number as above, and where it ends. */
const readNumber = (bytes: Buffer, at: number): { value: number; next: number } => {
  const head = bytes[at] ?? 0;
  switch (head) {
    case 0xcc:
      return { value: bytes.readUInt8(at + 1), next: at + 2 };
    case 0xcd:
      return { value: bytes.readUInt16LE(at + 1), next: at + 3 };
    case 0xce:
      return { value: bytes.readUInt32LE(at + 1), next: at + 5 };
    default:
      return { value: head, next: at + 1 };
  }
};

interface Seat {
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
}

const reserve = async (port: number, room: string, token: string): Promise<Seat> => {
  const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ room, token }),
  });
  if (!response.ok) throw new Error(`no seat: ${await response.text()}`);
  const seat = (await response.json()) as Seat & { room?: Seat };
  return {
    sessionId: seat.sessionId,
    roomId: seat.room?.roomId ?? seat.roomId,
    processId: seat.room?.processId ?? seat.processId,
  };
};

export const colyseus: Dialect = {
  answersSay: false,
  joinsByConnecting: true,
  async connect({ port, name, room }) {
    if (room === undefined) throw new Error('Colyseus has no connections without a room');
    const { processId, roomId, sessionId } = await reserve(port, room, name);
    return letIn({ port, path: `/${processId}/${roomId}?sessionId=${sessionId}` }, (frame, socket) => {
      if (frame[0] === CODE.error) throw new Error(`refused: ${frame.toString()}`);
      if (frame[0] !== CODE.join) return false;
      socket.sendBinary(Buffer.from([CODE.join]));
      return true;
    });
  },
  join: () => {
    throw new Error('one joins by connecting');
  },
  say: (socket, _room, text) => socket.sendBinary(Buffer.concat([SAY, pack({ text })])),
  add: (socket, _room, a, b, ref) =>
    socket.sendBinary(Buffer.concat([Buffer.from([CODE.request]), number(ref), ADD, pack({ a, b })])),
  answer(bytes, start, end): Answer | undefined {
    if (bytes[start] !== CODE.response) return undefined;
    const { value: ref, next } = readNumber(bytes, start + 1);
    if (bytes[next] !== STATUS_OK) return { ref, ok: false };
    const { sum } = unpack(bytes.subarray(next + 1, end)) as { sum: number };
    return { ref, ok: true, sum };
  },
  telling(bytes, start, end) {
    if (bytes.compare(MESSAGE, 0, MESSAGE.length, start, start + MESSAGE.length) !== 0) return undefined;
    return { messages: [unpack(bytes.subarray(start + MESSAGE.length, end)) as Told] };
  },
};
