import { describe, it, expect } from '@jest/globals';
import { Packr } from 'msgpackr';
import { msgpackCodec } from './msgpack-codec.js';

const decode = msgpackCodec.decode;
const bad = { ok: false, error: { code: 'BAD_FRAME' } };
const big = { ok: false, error: { code: 'TOO_LARGE' } };
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const str = (text: string): number[] => [0xa0 + text.length, ...ascii(text)];
/** `{ ref: 1, data: <bytes> }` */
const frame = (...data: number[]): Uint8Array => Uint8Array.of(0x82, ...str('ref'), 1, ...str('data'), ...data);

describe('the msgpack codec', () => {
  it('writes maps of the smallest header, and no ext types', () => {
    expect([...new Uint8Array(msgpackCodec.encode({ op: 'ping', t: 1, u: undefined }) as Uint8Array)]).toEqual([
      0x82,
      ...str('op'),
      ...str('ping'),
      ...str('t'),
      1,
    ]);
  });

  it('reads every core type, in every width', () => {
    const cases: [number[], unknown][] = [
      [[0xc0], null],
      [[0xc2], false],
      [[0xc3], true],
      [[0x7f], 127],
      [[0x40], 64],
      [[0xe0], -32],
      [[0xcc, 200], 200],
      [[0xcd, 1, 0], 256],
      [[0xce, 0, 1, 0, 0], 65_536],
      [[0xcf, 0, 0, 0, 1, 0, 0, 0, 0], 2 ** 32],
      [[0xd0, 0x80], -128],
      [[0xd1, 0x80, 0], -32_768],
      [[0xd2, 0x80, 0, 0, 0], -(2 ** 31)],
      [[0xd3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], -(2 ** 32)],
      [[0xca, 0x3f, 0xc0, 0, 0], 1.5],
      [[0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
      [[0xa1, 0x61], 'a'],
      [[0xd9, 1, 0x61], 'a'],
      [[0xda, 0, 1, 0x61], 'a'],
      [[0xdb, 0, 0, 0, 1, 0x61], 'a'],
      [[0xc4, 1, 9], Uint8Array.of(9)],
      [[0xc5, 0, 1, 9], Uint8Array.of(9)],
      [[0xc6, 0, 0, 0, 1, 9], Uint8Array.of(9)],
      [[0xdc, 0, 1, 7], [7]],
      [[0xdd, 0, 0, 0, 1, 7], [7]],
      [[0xde, 0, 1, 0xa1, 0x61, 7], { a: 7 }],
      [[0xdf, 0, 0, 0, 1, 0xa1, 0x61, 7], { a: 7 }],
    ];
    for (const [bytes, data] of cases)
      expect(decode(frame(...bytes))).toMatchObject({ ok: true, ref: 1, body: { data } });
  });

  it.each<[string, number[]]>([
    ['the unused 0xc1', [0xc1]],
    ['fixext 1 as undefined', [0xd4, 0, 0]],
    ['a record definition', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1]],
    ['a timestamp of 4 bytes', [0xd6, 0xff, 0, 0, 0, 0]],
    ['a timestamp of 8 bytes', [0xd7, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a timestamp of 12 bytes', [0xc7, 12, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['an Error', [0xd4, 0x65, 0, 0x93, 0xa1, 0x61, 0xa1, 0x62, 0xc0]],
    ['a RegExp', [0xd4, 0x78, 0, 0x92, 0xa1, 0x61, 0xa0]],
    ['a Set', [0xd4, 0x73, 0, 0x91, 1]],
    ['a typed array', [0xc7, 2, 0x74, 1, 9]],
    ['a pointer', [0xd6, 0x70, 0, 0, 0, 1]],
    ['an id', [0xd6, 0x69, 0, 0, 0, 1, 0x90]],
    ['bundled strings', [0xd6, 0x62, 0, 0, 0, 9, 0x90, 0xa0, 0xa0]],
    ['a bigint', [0xc7, 9, 0x42, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['NaN', [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
    ['Infinity', [0xca, 0x7f, 0x80, 0, 0]],
    ['a number as key', [0x81, 1, 1]],
    ['nil as key', [0x81, 0xc0, 1]],
    ['bytes as key', [0x81, 0xc4, 1, 0x61, 1]],
    ['an array as key', [0x81, 0x90, 1]],
    ['a map as key', [0x81, 0x80, 1]],
    ['the key __proto__', [0x81, ...str('__proto__'), 0x80]],
    ['the key __proto__ as str 8', [0x81, 0xd9, 9, ...ascii('__proto__'), 0x80]],
    ['the key constructor', [0x81, ...str('constructor'), 0x80]],
    ['the key prototype', [0x81, ...str('prototype'), 0x80]],
    ['the key $bytes', [0x81, ...str('$bytes'), 0xa0]],
    ['two values', [0xc0, 0xc0]],
  ])('refuses %s as BAD_FRAME, with the ref', (_, bytes) => {
    expect(decode(frame(...bytes))).toMatchObject({ ...bad, ref: 1 });
  });

  it.each<[string, number[], object]>([
    ['bin 32', [0xc6, 0xff, 0xff, 0xff, 0xff], bad],
    ['str 32', [0xdb, 0xff, 0xff, 0xff, 0xff], bad],
    ['ext 32', [0xc9, 0xff, 0xff, 0xff, 0xff, 1], bad],
    ['array 32', [0xdd, 0xff, 0xff, 0xff, 0xff], big],
    ['map 32', [0xdf, 0xff, 0xff, 0xff, 0xff], big],
    ['array 16 within the limit', [0xdc, 3, 0], bad],
    ['array 32 again and again', Array.from({ length: 500 }, () => [0xdd, 0, 0, 0, 2]).flat(), big],
  ])('allocates nothing for what a header of %s only promises', (_, bytes, refusal) => {
    const before = process.memoryUsage();
    for (let i = 0; i < 100; i += 1) expect(decode(frame(...bytes))).toMatchObject({ ...refusal, ref: 1 });
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(50_000_000);
  });

  it('survives 50,000 nested arrays and maps', () => {
    expect(decode(new Uint8Array(50_000).fill(0x91))).toMatchObject(big);
    const maps = Uint8Array.from({ length: 60_000 }, (_, i) => [0x81, 0xa1, 0x61][i % 3] ?? 0);
    expect(decode(maps)).toMatchObject(big);
    expect(decode(maps, { maxBytes: Infinity, maxDepth: Infinity, maxKeys: Infinity })).toMatchObject(bad);
    const whole = new Uint8Array(50_001).fill(0x91);
    whole[50_000] = 0xc0;
    expect(decode(whole, { maxBytes: Infinity, maxDepth: Infinity, maxKeys: Infinity })).toMatchObject(bad);
  });

  it('pollutes nothing with a key spelt in overlong UTF-8', () => {
    const overlong = [0xc1, 0x9f, 0xc1, 0x9f, ...ascii('proto'), 0xc1, 0x9f, 0xc1, 0x9f];
    const decoded = decode(frame(0x81, 0xa0 + overlong.length, ...overlong, 0x81, ...str('polluted'), 1));
    expect(decoded.ok && Object.getPrototypeOf(decoded.body['data'])).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads no records, so that no frame changes how the next one is read', () => {
    const records = new Packr({ useRecords: true, structures: [] });
    expect(decode(records.encode({ op: 'ping', t: 1 }))).toMatchObject(bad);
    expect(decode(Uint8Array.of(0x81, ...str('t'), 0x40))).toMatchObject({ ok: true, body: { t: 0x40 } });
  });

  it.each([0xc0, 0xc3, 0x00, 0xa0, 0x90])('refuses a frame of the one byte %i: it is no map', (byte) => {
    expect(decode(Uint8Array.of(byte))).toMatchObject(bad);
  });

  it('refuses text frames', () => {
    expect(decode('{"op":"ping"}')).toMatchObject(bad);
    expect(decode(Buffer.from('{"op":"ping"}'))).toMatchObject(bad);
  });

  it('reads a frame that is a view into a larger buffer', () => {
    const bytes = Uint8Array.of(0xff, 0xff, ...frame(0xc4, 1, 9), 0xff);
    expect(decode(bytes.subarray(2, -1))).toMatchObject({ ok: true, ref: 1, body: { data: Uint8Array.of(9) } });
  });

  it('finds the ref of a frame too large to read, at any place near its head but not inside', () => {
    const huge = new Uint8Array(70_000);
    expect(decode(Buffer.concat([frame(0xc6, 0, 1, 0x11, 0x70), huge]))).toMatchObject({ ...big, ref: 1 });
    const inside = Uint8Array.of(0x81, ...str('data'), 0x82, ...str('ref'), 1, ...str('x'), 0xc6, 0, 1, 0x11, 0x70);
    expect(decode(Buffer.concat([inside, huge]))).not.toHaveProperty('ref');
  });
});
