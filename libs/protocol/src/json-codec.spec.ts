import { describe, it, expect } from '@jest/globals';
import { jsonCodec } from './json-codec.js';

const decode = jsonCodec.decode;
const bad = { ok: false, error: { code: 'BAD_FRAME' } };

describe('the JSON codec', () => {
  it('writes the text a person would', () => {
    expect(jsonCodec.encode({ op: 'join', ref: 1, room: 'chat/cats' })).toBe(
      '{"op":"join","ref":1,"room":"chat/cats"}',
    );
    expect(jsonCodec.encode({ data: Buffer.from('hi') })).toBe('{"data":{"$bytes":"aGk="}}');
    expect(jsonCodec.encode({ data: { text: 'the "$bytes": key' } })).toBe(
      String.raw`{"data":{"text":"the \"$bytes\": key"}}`,
    );
  });

  it('reads text and the bytes of text alike', () => {
    const text = '{"op":"send","ref":"é","data":"😀"}';
    expect(decode(Buffer.from(text))).toStrictEqual(decode(text));
    expect(decode(new TextEncoder().encode(text))).toStrictEqual(decode(text));
  });

  it.each([
    '{"$bytes":1}',
    '{"$bytes":null}',
    '{"$bytes":"x"}',
    '{"$bytes":"AA"}',
    '{"$bytes":"AA==","more":1}',
    '{"more":1,"$bytes":"AA=="}',
    '{"$bytes":{"$bytes":"AA=="}}',
    '{"$bytes":["AA=="]}',
    String.raw`{"\u0024bytes":"AA=="}`,
  ])('refuses %s: the key is reserved for base64, plainly spelt and alone', (data) => {
    expect(decode(`{"op":"send","ref":5,"data":[${data}]}`)).toMatchObject({ ...bad, ref: 5 });
  });

  it('does not take the frame itself for bytes', () => {
    expect(decode('{"$bytes":"AA=="}')).toMatchObject(bad);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'refuses the key %s however it is spelt, and pollutes nothing',
    (key) => {
      const escaped = key.replace(/./, (first) => String.raw`\u00` + first.charCodeAt(0).toString(16));
      for (const spelt of [key, escaped]) {
        expect(decode(`{"op":"send","ref":5,"data":{"${spelt}":{"polluted":1}}}`)).toMatchObject({ ...bad, ref: 5 });
        expect(decode(`{"${spelt}":{"polluted":1,"op":"ping"}}`)).toMatchObject(bad);
        expect(decode(`{"${spelt}":{"$bytes":"AA=="}}`)).toMatchObject(bad);
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it.each([
    '',
    ' ',
    '{',
    '{}{}',
    '{"op":}',
    "{'op':1}",
    '\0',
    'undefined',
    '[1,',
    '{"op":"x"}x',
    '\ufeff{}',
    'null',
    'true',
    '0',
    '"x"',
    '[{}]',
  ])('refuses %j', (text) => {
    expect(decode(text)).toMatchObject(bad);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(decode(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))).toMatchObject(bad);
  });

  it('survives 50,000 nested arrays and objects', () => {
    expect(decode(`${'['.repeat(25_000)}${']'.repeat(25_000)}`)).toMatchObject({
      ok: false,
      error: { code: 'TOO_LARGE' },
    });
    for (const open of ['[', '{"a":', '{"$bytes":']) expect(decode(open.repeat(50_000))).toMatchObject({ ok: false });
    const deep = `{"ref":3,"data":${'['.repeat(25_000)}{"$bytes":""}${']'.repeat(25_000)}}`;
    expect(decode(deep)).toMatchObject({ ok: false, ref: 3, error: { code: 'TOO_LARGE' } });
  });

  it.each([
    ['{"op":"send","ref":12,', 12],
    ['{ "op" : "send" , "ref" : -3 ,', -3],
    ['{"ref":"a-1","op":"send",', 'a-1'],
    ['{"op":"send","ref":9007199254740993,', undefined],
    ['{"op":"send","data":{"ref":1},', undefined],
    [String.raw`{"op":"a\"","ref":1,`, undefined],
    ['{"op":"send","ref":1.5,', undefined],
  ])('finds the ref at the head of a broken or too large frame: %s', (head, ref) => {
    for (const frame of [head, `${head}"data":"${'x'.repeat(100_000)}"}`]) {
      const decoded = decode(frame);
      expect(decoded.ok).toBe(false);
      expect(decoded.ref).toBe(ref);
      expect('ref' in decoded).toBe(ref !== undefined);
    }
  });

  it('weighs text in bytes, not in characters', () => {
    const frame = `{"data":"${'é'.repeat(40_000)}"}`;
    expect(decode(frame)).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
    expect(decode(Buffer.from(frame))).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  });
});
