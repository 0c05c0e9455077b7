import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Codec, Decoded } from './codec.js';
import { jsonCodec } from './json-codec.js';
import { DEFAULT_FRAME_LIMITS, exceedsLimits } from './limits.js';
import { msgpackCodec } from './msgpack/index.js';
import { scan } from './msgpack/scan.js';
import { parseOperation } from './parse-operation.js';
import { chooseCodec } from './subprotocol.js';
import { trustedJsonCodec } from './trusted-json-codec.js';

/** The cases of the gate are the same each time; `SEED=7` has others, and so has who says `CASES=100000`. */
const run = { numRuns: Number(process.env['CASES'] ?? 1500), seed: Number(process.env['SEED'] ?? 1) };

afterEach(() => expect(({} as { polluted?: unknown }).polluted).toBeUndefined());

/** Operations as a client would send them, with something wrong in most. */
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue() },
  fc.constantFrom<unknown>(
    '__proto__',
    '\ud800',
    '\ufeff',
    2 ** 53,
    -0,
    1e308,
    { $bytes: 'AAAA' },
    { $bytes: 'A===' },
    { $bytes: 1 },
    { constructor: { prototype: { polluted: true } } },
    JSON.parse('{"__proto__":{"polluted":true}}'),
    Array.from({ length: 1001 }, () => 0),
    'x'.repeat(70_000),
    new Uint8Array(100),
    { epoch: -1, seq: 2 ** 53 },
  ),
);
const field = fc.oneof({ weight: 2, arbitrary: hostile }, fc.constantFrom('chat/cats', 'say', 'c:1', 1, 100));
const op = fc.constantFrom(
  'hello',
  'auth',
  'join',
  'members',
  'leave',
  'send',
  'signal',
  'history',
  'ping',
  'toString',
);
const frame = fc.record(
  {
    op: fc.oneof({ weight: 9, arbitrary: op }, hostile),
    ref: fc.oneof({ weight: 3, arbitrary: fc.nat() }, hostile),
    room: fc.oneof({ weight: 3, arbitrary: fc.constant('chat/cats') }, field),
    name: fc.oneof({ weight: 3, arbitrary: fc.constant('say') }, field),
    data: hostile,
    id: field,
    session: field,
    since: fc.oneof(hostile, fc.record({ epoch: fc.nat(), seq: fc.nat() })),
    attempt: fc.oneof(fc.integer(), field),
    limit: fc.oneof(fc.integer(), field),
    before: field,
    t: field,
  },
  { requiredKeys: ['op'] },
);

/** A cut, a repeat, a flip, or a byte that means something in one of the grammars. */
const telling = fc.constantFrom(
  ...Buffer.from('{}[]":,\\-0e\u0000'),
  0x80,
  0x90,
  0xc1,
  0xc4,
  0xc6,
  0xc9,
  0xcb,
  0xd6,
  0xdb,
  0xdd,
  0xdf,
  0xff,
);
const edit = fc.record({
  at: fc.nat(400),
  cut: fc.nat(8),
  bytes: fc.array(fc.oneof(telling, fc.nat(255)), { maxLength: 6 }),
  isRepeated: fc.boolean(),
});
const edits = fc.array(edit, { maxLength: 4 });
const edited = (
  bytes: Uint8Array,
  all: readonly { at: number; cut: number; bytes: number[]; isRepeated: boolean }[],
) => {
  const mutant = [...bytes.subarray(0, 2000)];
  const rest = bytes.subarray(2000);
  for (const { at, cut, bytes: put, isRepeated } of all) {
    const start = at % (mutant.length + 1);
    const taken = mutant.slice(start, start + cut);
    mutant.splice(start, cut, ...put, ...(isRepeated ? [...taken, ...taken] : []));
  }
  return Buffer.concat([Buffer.from(mutant), rest]);
};
/** As a client without scruples would: what our own codecs refuse to write is written as JSON. */
const written = (codec: Codec, message: object): Buffer => {
  try {
    return Buffer.from(codec.encode(message) as string);
  } catch {
    return Buffer.from(JSON.stringify(message));
  }
};
const asOperation = (decoded: Decoded) => (decoded.ok ? parseOperation(decoded.op, decoded.body) : undefined);

describe.each([jsonCodec, msgpackCodec])('the $name codec, told by somebody hostile', (codec) => {
  const other = codec === jsonCodec ? msgpackCodec : jsonCodec;

  it('gives a value within the limits or an error, and what it gives means the same in the other codec', () => {
    let accepted = 0;
    fc.assert(
      fc.property(frame, edits, (message, changes) => {
        const decoded = codec.decode(edited(written(codec, message), changes));
        if (!decoded.ok) return expect(['BAD_FRAME', 'TOO_LARGE']).toContain(decoded.error.code);
        expect(exceedsLimits(decoded.body)).toBeUndefined();
        const parsed = asOperation(decoded);
        if (parsed?.ok !== true) return undefined;
        accepted += 1;
        return expect(
          asOperation(other.decode(other.encode(decoded.body), { ...DEFAULT_FRAME_LIMITS, maxBytes: 1e9 })),
        ).toEqual(parsed);
      }),
      run,
    );
    // Or all would have been refused at the first byte.
    expect(accepted).toBeGreaterThan(run.numRuns / 50);
  });

  it('never says back what it was told', () => {
    fc.assert(
      fc.property(frame, edits, (message, changes) => {
        const told = { ...message, data: 'geheim', room: 'geheim', name: 'room.geheim' };
        const decoded = codec.decode(edited(written(codec, told), changes));
        const parsed = asOperation(decoded);
        for (const each of [decoded, parsed])
          if (each?.ok === false) expect(JSON.stringify(each.error)).not.toContain('geheim');
      }),
      run,
    );
  });
});

it('a scan takes what the decoder takes, and never more time than there are bytes', () => {
  fc.assert(
    fc.property(frame, edits, (message, changes) => {
      const bytes = edited(written(msgpackCodec, message), changes);
      const { breach } = scan(bytes, DEFAULT_FRAME_LIMITS);
      if (breach !== undefined) expect(msgpackCodec.decode(bytes).ok).toBe(false);
    }),
    run,
  );
});

describe('the codec of a reader who trusts its peer', () => {
  it('gives a value or an error for whatever a server says', () => {
    fc.assert(
      fc.property(frame, edits, (message, changes) => {
        const decoded = trustedJsonCodec.decode(edited(written(jsonCodec, message), changes));
        if (!decoded.ok) expect(decoded.error.code).toBe('BAD_FRAME');
      }),
      run,
    );
    expect(trustedJsonCodec.decode('['.repeat(1_000_000)).ok).toBe(false);
    expect(trustedJsonCodec.decode(`{"op":1,"x":${'{"$bytes":'.repeat(100_000)}`).ok).toBe(false);
  });
});

it('subprotocols: one of ours or none, whatever is offered', () => {
  const offers = fc.array(
    fc.oneof(fc.string(), fc.constantFrom('greenroom.v1.json', 'greenroom.v1.msgpack', '__proto__')),
  );
  fc.assert(
    fc.property(offers, (offered) => {
      const codec = chooseCodec(offered, [jsonCodec, msgpackCodec]);
      const ours = offered.find((name) => [jsonCodec, msgpackCodec].some(({ subprotocol }) => subprotocol === name));
      expect(codec?.subprotocol).toBe(ours ?? (offered.length === 0 ? jsonCodec.subprotocol : undefined));
    }),
    run,
  );
});
