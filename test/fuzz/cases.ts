import { msgpackCodec } from '@greenroom/protocol/msgpack';
import type { Dice } from '@greenroom/testing/faults';
import { OPCODE, rawFrame } from '../kit/raw-peer.js';
import { deepJson, operation, spoilt } from './hostile-values.js';
import { mutated, noise } from './mutate.js';

/** A message, before it is put into frames. */
interface Message {
  readonly opcode: number;
  readonly payload: Buffer;
}
export type MakeMessage = (dice: Dice) => Message;

const text = (payload: string | Buffer): Message => ({ opcode: OPCODE.text, payload: Buffer.from(payload) });
const binary = (payload: Buffer): Message => ({ opcode: OPCODE.binary, payload });
/** In so many of 1 the bytes themselves are changed. */
const MUTATED = 0.4;
const SPOILT = 0.5;

/** An operation, right or with something wrong in it. */
const said = (dice: Dice): { readonly op: string; readonly body: unknown } => {
  const { op, body } = operation(dice);
  return dice.chance(SPOILT) ? { op, body: spoilt(dice, body) } : { op, body };
};
const frameOf = (dice: Dice): object => {
  const { op, body } = said(dice);
  const frame = { op, ref: dice.int(0, 99), ...(body as object) };
  return dice.chance(0.1) ? Object(spoilt(dice, frame)) : frame;
};
const orMutated = (dice: Dice, payload: Buffer): Buffer => (dice.chance(MUTATED) ? mutated(dice, payload) : payload);

/** Share of cases that nest without end. */
const DEEP = 0.02;

export const jsonCase: MakeMessage = (dice) => {
  if (dice.chance(DEEP)) return text(deepJson(dice, '['));
  const payload = orMutated(dice, Buffer.from(JSON.stringify(frameOf(dice))));
  return dice.chance(0.1) ? binary(payload) : text(payload);
};

/** Headers that promise what does not come, nests, and types that are none of ours. */
const MSGPACK_BOMBS: readonly Buffer[] = [
  Buffer.from('ddffffffff', 'hex'),
  Buffer.from('dfffffffff', 'hex'),
  Buffer.from('81a26f70c6ffffffff', 'hex'),
  Buffer.from('81a26f70dbffffffff', 'hex'),
  Buffer.alloc(50_000, 0x91),
  Buffer.alloc(50_000, 0x81),
  Buffer.from('82a26f70a470696e67a26f70a470696e67', 'hex'),
  Buffer.from('81cb3ff0000000000000a0', 'hex'),
  Buffer.from('82a26f70a470696e67a174d6ff00000000', 'hex'),
  Buffer.from('82a26f70a470696e67a174cb7ff8000000000000', 'hex'),
  Buffer.from('82a26f70a470696e67a174cfffffffffffffffff', 'hex'),
  Buffer.from('c7057200010203', 'hex'),
  Buffer.from('d4721091a3666f6f', 'hex'),
];

export const msgpackCase: MakeMessage = (dice) => {
  if (dice.chance(0.1)) return binary(orMutated(dice, dice.pick(MSGPACK_BOMBS)));
  try {
    return binary(orMutated(dice, Buffer.from(msgpackCodec.encode(frameOf(dice)))));
  } catch {
    // What the codec does not write at all.
    return jsonCase(dice);
  }
};

const NAMESPACES = ['/rooms,', '/rooms,', '/rooms,', '', '/', '/nope,', '/__proto__,', '/rooms?a=1,'];
const ATTACHMENTS = ['', '', '', '1-', '2-', '11-', '1e9-', '-1-', '1'];
const packetOf = (dice: Dice): string => {
  if (dice.chance(0.05)) return dice.pick(['2', '3', '3probe', '2probe', '5', '6', '1', '0{}', '']);
  const { op, body } = said(dice);
  const isEvent = dice.chance(0.8);
  const type = isEvent ? '2' : String(dice.int(0, 7));
  const attachments = isEvent ? '' : dice.pick(ATTACHMENTS);
  const namespace = isEvent ? '/rooms,' : dice.pick(NAMESPACES);
  const id = dice.chance(0.8) ? String(dice.int(0, 99)) : dice.pick(['', '-1', '99999999999999999999', '1e5']);
  const name = dice.chance(0.9) ? op : spoilt(dice, op);
  return `4${type}${attachments}${namespace}${id}${JSON.stringify(dice.chance(0.95) ? [name, body] : spoilt(dice, [name, body]))}`;
};

export const packetCase: MakeMessage = (dice) => {
  if (dice.chance(0.05)) return binary(noise(dice, 100));
  if (dice.chance(DEEP)) return text(deepJson(dice, '42/rooms,1["send",'));
  return text(orMutated(dice, Buffer.from(packetOf(dice))));
};

/** A body of a polling client: some packets, one after the other. */
export const pollingBody = (dice: Dice): Buffer => {
  const packets = Array.from({ length: dice.chance(0.1) ? dice.int(50, 500) : dice.int(1, 5) }, () => packetOf(dice));
  return orMutated(dice, Buffer.from(packets.join('\u001e')));
};

export const openCase: MakeMessage = (dice) => {
  if (dice.chance(0.3)) return binary(noise(dice, 2000));
  const username = spoilt(dice, 'Eve');
  const frame = dice.pick([{ type: 'join', username }, { type: 'message', text: username }, username]);
  return text(orMutated(dice, Buffer.from(JSON.stringify(frame))));
};

/** The frames of a message: mostly one, at times pieces with a ping between them, and at times not quite frames. */
export const framesOf = (dice: Dice, { opcode, payload }: Message): Buffer => {
  const valid = opcode === OPCODE.text ? Buffer.from(payload.toString()) : payload;
  // Text that is none ends the connection, so most of it is made text.
  const bytes = dice.chance(0.95) ? valid : payload;
  const pieces = dice.chance(0.15) ? dice.int(2, 6) : 1;
  const size = Math.ceil(bytes.length / pieces);
  const frames = Array.from({ length: pieces }, (_, n) => [
    rawFrame({
      opcode: n === 0 ? opcode : OPCODE.continuation,
      isFinal: n === pieces - 1,
      payload: bytes.subarray(n * size, (n + 1) * size),
    }),
    ...(dice.chance(0.05) ? [rawFrame({ opcode: dice.pick([OPCODE.ping, OPCODE.pong]), payload: 'p' })] : []),
  ]).flat();
  const whole = Buffer.concat(frames);
  return dice.chance(0.03) ? mutated(dice, whole) : whole;
};
