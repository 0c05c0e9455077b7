import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { parseOperation } from './parse-operation.js';

const OPS = ['hello', 'auth', 'join', 'members', 'leave', 'send', 'signal', 'history', 'ping'];
const room = 'chat/cats';
const address = { kind: 'chat', id: 'cats' };
const MAX = Number.MAX_SAFE_INTEGER;
const of = (n: number): string => 'x'.repeat(n);

/** Every operation with the least and with all it may have; `room` stands for the parsed pair. */
const GOOD: [op: string, body: object][] = [
  ['hello', {}],
  ['hello', { v: 1, caps: [] }],
  ['hello', { v: MAX, caps: Array.from({ length: 64 }, () => of(64)) }],
  ['auth', { token: 'a.b.c' }],
  ['auth', { token: of(16_384) }],
  ['join', { room }],
  ['join', { room, params: { a: 1 }, data: null, session: of(256), since: { epoch: 0, seq: MAX }, attempt: MAX }],
  ['members', { room }],
  ['members', { room, after: of(256), limit: 1000 }],
  ['leave', { room }],
  ['send', { room, name: 'say' }],
  ['send', { room, name: of(64), data: false, id: of(64) }],
  ['send', { room, name: '__proto__', id: 'constructor' }],
  ['send', { room, name: 'roomy', data: { at: 'x' } }],
  ['signal', { room, name: 'typing' }],
  ['signal', { room, name: 'typing', data: { on: true } }],
  ['history', { room }],
  ['history', { room, before: 1, limit: 1 }],
  ['ping', {}],
  ['ping', { t: -1.5 }],
];

/** Values each field must not have. */
const NOT_TEXT = [null, 0, '', true, {}, ['a']];
const NOT_COUNT = [null, 0, -1, 1.5, '1', MAX + 1, Number.NaN, Infinity, [], 1n];
const BAD: [op: string, base: object, field: string, values: unknown[]][] = [
  ['hello', {}, 'v', NOT_COUNT],
  [
    'hello',
    {},
    'caps',
    [null, 'a', {}, [1], ['a', null], [of(65)], Array.from({ length: 65 }, () => 'a'), [undefined]],
  ],
  ['auth', {}, 'token', [...NOT_TEXT, undefined, of(16_385)]],
  ['join', { room }, 'session', [...NOT_TEXT, of(257)]],
  ['join', { room }, 'attempt', NOT_COUNT],
  [
    'join',
    { room },
    'since',
    [
      null,
      1,
      'x',
      [],
      {},
      { epoch: 1 },
      { seq: 1 },
      { epoch: '1', seq: 1 },
      { epoch: 1, seq: -1 },
      { epoch: 1.5, seq: 1 },
      { epoch: 1, seq: MAX + 1 },
    ],
  ],
  ['members', { room }, 'after', [...NOT_TEXT, of(257)]],
  ['members', { room }, 'limit', [...NOT_COUNT, 1001]],
  ['send', { room }, 'name', [...NOT_TEXT, undefined, of(65)]],
  ['send', { room, name: 'say' }, 'id', [...NOT_TEXT, of(65)]],
  ['signal', { room }, 'name', [...NOT_TEXT, undefined, of(65)]],
  ['history', { room }, 'before', NOT_COUNT],
  ['history', { room }, 'limit', [...NOT_COUNT, 1001]],
  ['ping', {}, 't', [null, '1', Number.NaN, Infinity, {}, 1n]],
];

const badCases = BAD.flatMap(([op, base, field, values]) =>
  values.map((value, i): [string, string, number, object] => [op, field, i, { ...base, [field]: value }]),
);

describe('parseOperation', () => {
  it.each(GOOD)('reads %s %j field by field, with the address taken apart', (op, body) => {
    const expected = 'room' in body ? { op, ...body, address } : { op, ...body };
    expect(parseOperation(op, body)).toStrictEqual({ ok: true, operation: expected });
  });

  it.each(badCases)('refuses %s with %s of wrong shape %i as BAD_FRAME, naming the field', (op, field, _, body) => {
    const parsed = parseOperation(op, body);
    expect(parsed).toMatchObject({ ok: false, error: { code: 'BAD_FRAME', retryable: false } });
    expect(parsed.ok ? '' : parsed.error.message).toMatch(new RegExp(`^${field} must be `));
  });

  it.each(['join', 'members', 'leave', 'send', 'signal', 'history'])(
    'refuses %s without a legal room as BAD_ADDRESS',
    (op) => {
      for (const wrong of [undefined, null, '', 'chat', 'chat/', '__proto__/x', 'a/b/c', 1, {}, ['chat/cats']]) {
        expect(parseOperation(op, { room: wrong, name: 'say' })).toMatchObject({
          ok: false,
          error: { code: 'BAD_ADDRESS' },
        });
      }
    },
  );

  it.each(['send', 'signal'])('refuses the names of the framework in %s as UNKNOWN_COMMAND', (op) => {
    for (const name of ['room.join', 'room.', 'xstate.init', 'xstate.done.actor.x']) {
      expect(parseOperation(op, { room, name })).toMatchObject({ ok: false, error: { code: 'UNKNOWN_COMMAND' } });
    }
  });

  it.each([
    undefined,
    null,
    1,
    '',
    'Join',
    'reply',
    'events',
    'connect',
    'disconnect',
    'newListener',
    '__proto__',
    'constructor',
    'toString',
    of(1e6),
    Symbol('join'),
    ['join'],
    { toString: () => 'join' },
  ])('refuses the op %# as UNKNOWN_OP', (op) =>
    expect(parseOperation(op, { room })).toMatchObject({ ok: false, error: { code: 'UNKNOWN_OP' } }),
  );

  it.each([undefined, null, 1, 'x', [], [{ room }], Buffer.from('x'), () => 1])(
    'refuses the body %# as BAD_FRAME',
    (body) => {
      for (const op of OPS) expect(parseOperation(op, body)).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    },
  );

  it('reports the first wrong field and never echoes a value', () => {
    const parsed = parseOperation('send', { room, name: 1, id: 'secret'.repeat(100) });
    expect(parsed).toEqual({
      ok: false,
      error: { code: 'BAD_FRAME', message: 'name must be a string of 1 to 64 characters', retryable: false },
    });
    for (const body of [{ room: 'secret' }, { room, name: 'room.secret' }, { room, name: 'secret'.repeat(100) }]) {
      expect(JSON.stringify(parseOperation('send', body))).not.toContain('secret');
    }
  });

  it('ignores fields it does not know', () => {
    expect(parseOperation('leave', { room, op: 'join', ref: 1, address: 1, name: 2 })).toStrictEqual({
      ok: true,
      operation: { op: 'leave', room, address },
    });
  });

  it('reads own properties only: a prototype supplies nothing', () => {
    expect(parseOperation('send', Object.create({ room, name: 'say' }))).toMatchObject({
      ok: false,
      error: { code: 'BAD_ADDRESS' },
    });
    expect(parseOperation('send', JSON.parse(`{"__proto__":{"room":"${room}","name":"say"}}`))).toMatchObject({
      ok: false,
    });
    const since: unknown = Object.create({ epoch: 1, seq: 1 });
    expect(parseOperation('join', { room, since })).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    expect(parseOperation('send', Object.assign(Object.create(null), { room, name: 'say' }))).toMatchObject({
      ok: true,
    });
  });

  it('never throws, and an operation it gives has the op it was asked for', () => {
    const field = fc.constantFrom(
      'room',
      'name',
      'data',
      'id',
      'since',
      'limit',
      'before',
      'after',
      'caps',
      'v',
      't',
      'token',
      'session',
      'params',
    );
    const value = fc.oneof(fc.anything(), fc.constant(room), fc.integer(), fc.string());
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...OPS), fc.anything()),
        fc.oneof(fc.anything(), fc.dictionary(field, value)),
        (op, body) => {
          const parsed = parseOperation(op, body);
          if (parsed.ok) expect(parsed.operation.op).toBe(op);
          else expect(['UNKNOWN_OP', 'BAD_FRAME', 'BAD_ADDRESS', 'UNKNOWN_COMMAND']).toContain(parsed.error.code);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
