import type { Codec } from './codec.js';

/**
 * The codec for a connection that offered these subprotocols, in its order of preference.
 * None offered means JSON; `undefined` (close with 4400) when it offered some and speaks none of `codecs`.
 */
export function chooseCodec(offered: Iterable<string>, codecs: readonly Codec[]): Codec | undefined {
  let asked = false;
  for (const subprotocol of offered) {
    asked = true;
    const codec = codecs.find((codec) => codec.subprotocol === subprotocol);
    if (codec !== undefined) return codec;
  }
  return asked ? undefined : codecs.find((codec) => codec.name === 'json');
}
