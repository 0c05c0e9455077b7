import type { Dice } from '@greenroom/testing/faults';

const nested = (depth: number, [open, close]: readonly [string, string]): unknown =>
  JSON.parse(open.repeat(depth) + '0' + close.repeat(depth));

/** Values that a parser, a table, a schema or a renderer may trip over. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  '',
  '__proto__',
  'constructor',
  'toString',
  'room.join',
  'xstate.init',
  'system',
  'x'.repeat(65),
  'x'.repeat(70_000),
  '\u0000\r\n\u001b[31m',
  '\u202eevil\u2066',
  '\ud800',
  '\ufeff',
  'ℯ'.repeat(3000),
  '../../etc/passwd',
  'chat/peace/',
  'chat/../x',
  'greenroom:user:system',
  [],
  {},
  [[]],
  Array.from({ length: 1001 }, () => 0),
  nested(33, ['[', ']']),
  nested(1000, ['[', ']']),
  nested(1000, ['{"a":', '}']),
  JSON.parse('{"__proto__":{"polluted":true}}'),
  { constructor: { prototype: { polluted: true } } },
  { $bytes: 'AAAA' },
  { $bytes: 'A' },
  { $bytes: 'AAAA', more: 1 },
  { $bytes: { $bytes: 'AAAA' } },
  { _placeholder: true, num: 0 },
  { _placeholder: true, num: 1e9 },
  { toJSON: 1, length: 1e9, by: { id: 'system' } },
  { epoch: 0, seq: 0 },
  { epoch: 2 ** 53, seq: -1 },
  { epoch: 1e308, seq: 1e308 },
];

const OPS = ['hello', 'auth', 'join', 'members', 'leave', 'send', 'signal', 'history', 'ping'];
/** Rooms that a case may be about; the first is where the bystanders are. */
const ROOMS = ['chat/peace', 'echo/a', 'alarm/a', 'chat/constructor', 'nope/a'];
const NAMES = ['say', 'edit', 'remove', 'mute', 'kick', 'add', 'whisper', 'typing', 'set'];

/** JSON that nests deeper than our own `JSON.stringify` would write. */
export const deepJson = (dice: Dice, head: string): string => {
  const depth = dice.int(1000, 30_000);
  return dice.chance(0.5) ? `${head}${'['.repeat(depth)}${']'.repeat(depth)}]` : `${head}${'{"a":'.repeat(depth / 5)}`;
};

/** An operation that would do something. */
export function operation(dice: Dice): { readonly op: string; readonly body: Record<string, unknown> } {
  const op = dice.chance(0.5) ? 'send' : dice.pick(OPS);
  const room = dice.chance(0.5) ? 'chat/peace' : dice.pick(ROOMS);
  const maybe = <T>(value: T): T | undefined => (dice.chance(0.3) ? value : undefined);
  const text = dice.chance(0.1) ? 'x'.repeat(dice.int(1, 3000)) : `hostile ${dice.int(0, 999)}`;
  const bodies: Record<string, () => Record<string, unknown>> = {
    hello: () => ({ v: maybe(1), caps: maybe(['a']) }),
    auth: () => ({ token: `e30.e30.${dice.int(0, 99)}` }),
    join: () => ({ room, since: maybe({ epoch: dice.int(0, 9), seq: dice.int(0, 99) }), session: maybe('guessed') }),
    members: () => ({ room, after: maybe('u1'), limit: maybe(dice.int(1, 1000)) }),
    leave: () => ({ room: dice.pick(ROOMS.slice(1)) }),
    send: () => ({
      room,
      name: dice.chance(0.6) ? 'say' : dice.pick(NAMES),
      data: { text, id: 'x', user: 'u1', minutes: 1, a: 1, b: 2, to: 'u1', ms: 1000 },
      id: maybe(`c:${dice.int(0, 20)}`),
    }),
    signal: () => ({ room, name: 'typing', data: { on: true } }),
    history: () => ({ room, before: maybe(dice.int(1, 99)), limit: maybe(dice.int(1, 1000)) }),
    ping: () => ({ t: maybe(dice.int(0, 99)) }),
  };
  return { op, body: bodies[op]?.() ?? {} };
}

/** The same with something in it, somewhere, that is not as it should be. */
export function spoilt(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.chance(0.25)) return dice.pick(VALUES);
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const keys = Object.keys(copy);
  const key = keys.length === 0 || dice.chance(0.15) ? dice.pick(['extra', '0', 'ref', 'op', 'by']) : dice.pick(keys);
  (copy as Record<string, unknown>)[key] = spoilt(dice, (copy as Record<string, unknown>)[key]);
  return copy;
}
