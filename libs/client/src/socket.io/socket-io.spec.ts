import { expect, it } from '@jest/globals';
import { bytesIn } from './bytes-in.js';
import { socketIo } from './socket-io.js';

it('what is sent is a copy, with its bytes as bytes', () => {
  const data = { text: 'before', bytes: new Uint8Array([1]), gone: undefined };
  const packet = socketIo().encode('send', 7, { room: 'hall/a', name: 'say', data });
  data.text = 'after';
  data.bytes[0] = 2;
  const body = { room: 'hall/a', name: 'say', data: { text: 'before', bytes: new Uint8Array([1]) } };
  expect(packet).toEqual({ ref: 7, wire: { op: 'send', body } });
});

it.each([{ n: 1n }, { $bytes: 'x' }, JSON.parse('{"__proto__":1}') as object])(
  'what cannot travel throws: %p',
  (data) => {
    expect(() => socketIo().encode('send', 7, { data })).toThrow(expect.objectContaining({ name: 'TypeError' }));
  },
);

it('what no server takes is TOO_LARGE, by bytes and not by characters', () => {
  const carrier = socketIo();
  expect(() => carrier.encode('send', 7, { data: 'é'.repeat(524_000) })).not.toThrow();
  expect(() => carrier.encode('send', 7, { data: 'é'.repeat(524_300) })).toThrow(
    expect.objectContaining({ code: 'TOO_LARGE' }),
  );
});

it('bytes are Uint8Arrays whatever the host makes of them, wherever they are', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const buffer = Buffer.from([1, 2, 3]);
  const read = bytesIn({ a: bytes.buffer, b: [buffer], c: { d: null, e: 'text', f: 1 } }) as { a: object; b: object[] };
  expect(read).toEqual({ a: bytes, b: [bytes], c: { d: null, e: 'text', f: 1 } });
  expect([read.a.constructor.name, read.b[0]?.constructor.name]).toEqual(['Uint8Array', 'Uint8Array']);
});
