import { reviveBytes, stringify } from './bytes.js';
import { takeApart, undecodable, type Codec, type Decoded } from './codec.js';
import { errorBody } from './error-body.js';

/**
 * The same JSON for a reader that trusts its peer, as a client does its server: limits are not looked at, and the code
 * that would is not shipped to browsers.
 */
export const trustedJsonCodec: Codec = { name: 'json', subprotocol: 'greenroom.v1.json', decode, encode: stringify };

function decode(frame: string | Uint8Array): Decoded {
  try {
    const text = typeof frame === 'string' ? frame : new TextDecoder().decode(frame);
    const message: unknown = JSON.parse(text);
    if (!text.includes('"$bytes"') || reviveBytes(message) !== undefined) return takeApart(message);
  } catch {
    // Said below.
  }
  return undecodable(errorBody('BAD_FRAME', 'A frame must be JSON, with bytes in base64'));
}
