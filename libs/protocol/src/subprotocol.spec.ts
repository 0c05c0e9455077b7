import { describe, it, expect } from '@jest/globals';
import { jsonCodec } from './json-codec.js';
import { msgpackCodec } from './msgpack/index.js';
import { chooseCodec } from './subprotocol.js';

const both = [jsonCodec, msgpackCodec];

describe('choosing the codec', () => {
  it('speaks JSON when nothing is asked', () => {
    expect(chooseCodec([], both)).toBe(jsonCodec);
    expect(chooseCodec(new Set<string>(), [msgpackCodec, jsonCodec])).toBe(jsonCodec);
  });

  it("follows the client's order, not ours", () => {
    expect(chooseCodec(['greenroom.v1.msgpack', 'greenroom.v1.json'], both)).toBe(msgpackCodec);
    expect(chooseCodec(new Set(['x', 'greenroom.v1.json', 'greenroom.v1.msgpack']), both)).toBe(jsonCodec);
  });

  it('speaks nothing when asked only for what it does not know', () => {
    expect(chooseCodec(['greenroom.v2.json', 'graphql-ws'], both)).toBeUndefined();
    expect(chooseCodec(['GREENROOM.V1.JSON'], both)).toBeUndefined();
    expect(chooseCodec(['greenroom.v1.msgpack'], [jsonCodec])).toBeUndefined();
    expect(chooseCodec([], [msgpackCodec])).toBeUndefined();
  });
});
