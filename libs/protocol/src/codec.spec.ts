import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { jsonCodec } from './json-codec.js';
import { DEFAULT_FRAME_LIMITS, TRUSTED_FRAME_LIMITS, type FrameLimits } from './limits.js';
import { msgpackCodec } from './msgpack/index.js';

const limits = (some: Partial<FrameLimits>): FrameLimits => ({ ...DEFAULT_FRAME_LIMITS, ...some });
const nest = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
};

const reserved = ['$bytes', '__proto__', 'constructor', 'prototype'];
const key = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('0', '', 'toString', 'type', 'length', 'é'.repeat(40)))
  .filter((name) => !reserved.includes(name));

/** Any value the wire carries: what JSON has, and bytes. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const ref = fc.option(
  fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 })),
  { nil: undefined },
);

describe.each([jsonCodec, msgpackCodec])('the $name codec', (codec) => {
  it('reads back whatever it writes: nested and empty bytes, unicode, any key but the reserved', () => {
    fc.assert(
      fc.property(ref, value, (ref, data) => {
        const message = { op: 'send', ...(ref !== undefined && { ref }), data };
        const decoded = codec.decode(codec.encode(message), TRUSTED_FRAME_LIMITS);
        expect(decoded).toStrictEqual({ ok: true, op: 'send', ref, body: message });
      }),
      { numRuns: 500 },
    );
  });

  it('gives plain Uint8Arrays of their own, whether bytes went in as Buffer or Uint8Array', () => {
    const bytes = Uint8Array.of(0, 1, 254, 255);
    const fromArray = codec.encode({ data: [bytes, new Uint8Array()] });
    const fromBuffer = codec.encode({
      data: [Buffer.from('x\0\x01\xfe\xffx', 'latin1').subarray(1, 5), Buffer.alloc(0)],
    });
    expect(fromBuffer).toEqual(fromArray);
    const frame = typeof fromArray === 'string' ? fromArray : Buffer.from(fromArray);
    const decoded = codec.decode(frame);
    if (frame instanceof Uint8Array) frame.fill(0);
    expect(decoded).toStrictEqual({
      ok: true,
      op: undefined,
      ref: undefined,
      body: { data: [bytes, new Uint8Array()] },
    });
  });

  it('leaves out undefined members and writes what JSON would for the rest', () => {
    const at = new Date(0);
    const message = {
      a: undefined,
      b: [undefined, () => 1],
      at,
      n: Number.NaN,
      i: -Infinity,
      f: () => 1,
      s: { toJSON: () => ({ u: Buffer.from('u') }) },
    };
    expect(codec.decode(codec.encode(message))).toMatchObject({
      body: { b: [null, null], at: at.toJSON(), n: null, i: null, s: { u: Uint8Array.of(117) } },
    });
    const decoded = codec.decode(codec.encode({ a: undefined, f: () => 1 }));
    expect(decoded.ok && Object.keys(decoded.body)).toEqual([]);
  });

  it('writes what a toJSON gives as bytes when it is bytes', () => {
    expect(codec.decode(codec.encode({ data: { toJSON: () => Uint8Array.of(1) } }))).toMatchObject({
      body: { data: Uint8Array.of(1) },
    });
  });

  it.each(reserved)('throws rather than write the key %s, which nobody could read', (key) => {
    const object: unknown = JSON.parse(`{${JSON.stringify(key)}:1}`);
    expect(() => codec.encode({ data: [object] })).toThrow(TypeError);
    expect(() => codec.encode({ data: { toJSON: () => object } })).toThrow(TypeError);
    expect(() => codec.encode({ bytes: new Uint8Array(), data: object })).toThrow(TypeError);
  });

  it('throws rather than write a bigint or a cycle, and works on', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => codec.encode({ data: 1n })).toThrow(TypeError);
    expect(() => codec.encode({ data: cycle })).toThrow(/call stack|circular/);
    expect(codec.decode(codec.encode({ op: 'ping' }))).toMatchObject({ ok: true, op: 'ping' });
  });

  it('never throws, whatever comes in', () => {
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(frame, (frame) => {
        const decoded = codec.decode(frame);
        if (!decoded.ok) expect(['BAD_FRAME', 'TOO_LARGE']).toContain(decoded.error.code);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws for a frame of its own with bytes changed, cut off or added', () => {
    const edit = fc.record({ at: fc.nat(300), byte: fc.integer({ min: 0, max: 255 }), cut: fc.nat(3) });
    fc.assert(
      fc.property(value, fc.array(edit, { minLength: 1, maxLength: 4 }), (data, edits) => {
        const encoded = codec.encode({ op: 'send', ref: 1, data });
        const frame = [...(typeof encoded === 'string' ? new TextEncoder().encode(encoded) : encoded)];
        for (const { at, byte, cut } of edits) frame.splice(at % (frame.length + 1), cut, byte);
        expect([true, false]).toContain(codec.decode(Uint8Array.from(frame)).ok);
      }),
      { numRuns: 2000 },
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('refuses every frame cut short as BAD_FRAME, and keeps its ref from where it could be read', () => {
    const message = {
      op: 'send',
      ref: 'r7',
      data: { text: 'é'.repeat(200), n: 1e300, b: new Uint8Array(300), l: nest(20) },
    };
    const encoded = codec.encode(message);
    const frame = typeof encoded === 'string' ? new TextEncoder().encode(encoded) : encoded;
    for (let length = 0; length < frame.length; length += 1) {
      const decoded = codec.decode(frame.subarray(0, length));
      expect(decoded).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
      if (!decoded.ok && length > 30) expect(decoded.ref).toBe('r7');
    }
  });

  it.each([[], [{ op: 'ping' }], new Uint8Array(3), new Date()])(
    'refuses a frame that is not one object: %j',
    (message) => {
      const frame = codec.encode({ message });
      // The value of `{ message }` alone: behind `{"message":` and before `}`, or behind fixmap 1 and fixstr 7.
      const alone = typeof frame === 'string' ? frame.slice(11, -1) : frame.subarray(9);
      expect(codec.decode(alone)).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    },
  );

  it('refuses as BAD_FRAME whatever a socket hands over that is no frame', () => {
    const frames: unknown[] = [undefined, null, 1, {}, [], new ArrayBuffer(3), [Buffer.from('{}')], () => 1];
    for (const frame of frames) {
      expect(codec.decode(frame as string)).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    }
    expect(codec.decode(new DataView(new ArrayBuffer(99_999)) as unknown as Uint8Array)).toMatchObject({ ok: false });
  });

  it.each([0, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 2 ** 32, 'a', 'x'.repeat(64), '__proto__'])(
    'takes the ref %j',
    (ref) => {
      expect(codec.decode(codec.encode({ op: 'ping', ref }))).toMatchObject({ ok: true, ref });
    },
  );

  it.each([null, '', 'x'.repeat(65), 1.5, 2 ** 53, true, [], {}])('refuses the ref %j as BAD_FRAME', (ref) => {
    expect(codec.decode(codec.encode({ op: 'ping', ref }))).toStrictEqual({
      ok: false,
      error: { code: 'BAD_FRAME', message: expect.any(String), retryable: false },
    });
  });

  it('takes any op, or none: that is for parseOperation to say', () => {
    for (const op of [1, null, {}, '__proto__'])
      expect(codec.decode(codec.encode({ op }))).toMatchObject({ ok: true, op });
    expect(codec.decode(codec.encode({}))).toEqual({ ok: true, op: undefined, ref: undefined, body: {} });
  });

  it('keeps the limits to the number, and the ref in the refusal', () => {
    const tooLarge = { ok: false, ref: 1, error: { code: 'TOO_LARGE', retryable: false } };
    const fits = codec.encode({ op: 'send', ref: 1, data: nest(31) });
    const deep = codec.encode({ op: 'send', ref: 1, data: nest(32) });
    expect(codec.decode(fits)).toMatchObject({ ok: true });
    expect(codec.decode(deep)).toMatchObject(tooLarge);
    expect(codec.decode(codec.encode({ op: 'x', ref: 1, data: Array.from({ length: 997 }, () => 0) }))).toMatchObject({
      ok: true,
    });
    expect(codec.decode(codec.encode({ op: 'x', ref: 1, data: Array.from({ length: 998 }, () => 0) }))).toMatchObject(
      tooLarge,
    );
    expect(codec.decode(codec.encode({ op: 'x', ref: 1, data: Array.from({ length: 1e6 }, () => 0) }))).toMatchObject(
      tooLarge,
    );
    const size = Buffer.byteLength(fits);
    expect(codec.decode(fits, limits({ maxBytes: size }))).toMatchObject({ ok: true });
    expect(codec.decode(fits, limits({ maxBytes: size - 1 }))).toMatchObject(tooLarge);
    expect(codec.decode(codec.encode({ op: 'x', ref: 1, text: 'x'.repeat(70_000) }))).toMatchObject(tooLarge);
  });

  it('carries 64,000 bytes within a 64 KiB frame: bytes weigh what they are', () => {
    const data = new Uint8Array(64_000).fill(255);
    expect(codec.decode(codec.encode({ op: 'send', ref: 1, data }))).toMatchObject({ ok: true });
    const many = Array.from({ length: 100 }, () => new Uint8Array(700));
    expect(codec.decode(codec.encode({ op: 'send', ref: 1, many }))).toMatchObject({
      ok: false,
      ref: 1,
      error: { code: 'TOO_LARGE' },
    });
  });

  it('writes replies and pushes as it writes operations', () => {
    const reply = {
      op: 'reply',
      ref: 1,
      ok: false,
      error: { code: 'BUSY', message: 'm', retryable: true, retryAfterMs: 5 },
    };
    const events = {
      op: 'events',
      room: 'a/b',
      epoch: 1_700_000_000_000,
      from: 1,
      to: 2,
      events: [{ seq: 2, name: 'e', data: null, at: 1, redacted: true }],
    };
    for (const message of [reply, events])
      expect(codec.decode(codec.encode(message))).toMatchObject({ ok: true, op: message.op, body: message });
  });
});
