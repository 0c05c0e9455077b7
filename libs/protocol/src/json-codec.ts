import { reviveBytes, stringify } from './bytes.js';
import { bytesOf, takeApart, undecodable, type Codec, type Decoded } from './codec.js';
import { errorBody } from './error-body.js';
import { DEFAULT_FRAME_LIMITS, exceedsLimits, tooLarge, type FrameLimits } from './limits.js';
import { isRef, refOf, type Ref } from './ref.js';
import { utf8Length } from './utf8.js';

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();

/** A `ref` at the head of a frame, alone or after `op`: where every encoder of ours writes it. */
const HEAD_REF = /^\s*\{\s*(?:"op"\s*:\s*"[^"\\]{0,64}"\s*,\s*)?"ref"\s*:\s*(-?\d{1,16}|"[^"\\]{1,64}")\s*[,}]/;

/** Text frames of JSON, one object each. Bytes are `{"$bytes":"<base64>"}`. Also the language of a client that asks for none. */
export const jsonCodec: Codec = { name: 'json', subprotocol: 'greenroom.v1.json', decode, encode: stringify };

function decode(frame: string | Uint8Array, limits: FrameLimits = DEFAULT_FRAME_LIMITS): Decoded {
  const raw = typeof frame === 'string' ? frame : bytesOf(frame);
  if (raw === undefined) return undecodable(errorBody('BAD_FRAME', 'A frame must be text or bytes'));
  // No unit of text takes more than 3 bytes: what is far below the limit need not be counted.
  const isSmall = raw.length * 3 <= limits.maxBytes;
  const size = typeof raw === 'string' && !isSmall ? utf8Length(raw) : raw.length;
  // Base64 makes 3 bytes 4 characters, so text beyond this is too large whatever is in it.
  if (size > (limits.maxBytes * 4) / 3) return undecodable(tooLarge('bytes', limits.maxBytes), headRef(raw));
  let text: string;
  let message: unknown;
  try {
    text = typeof raw === 'string' ? raw : strict.decode(raw);
    message = JSON.parse(text);
  } catch {
    return undecodable(errorBody('BAD_FRAME', 'A frame must be JSON in UTF-8'), headRef(raw));
  }
  const ref = refOf(message);
  // An escaped spelling of the key gets past this look, and is refused as a reserved key below.
  const saved = text.includes('"$bytes"') ? reviveBytes(message) : 0;
  if (saved === undefined) {
    return undecodable(errorBody('BAD_FRAME', '$bytes must be base64, alone in its object'), ref);
  }
  if (size - saved > limits.maxBytes) return undecodable(tooLarge('bytes', limits.maxBytes), ref);
  const breach = exceedsLimits(message, limits);
  return breach === undefined ? takeApart(message) : undecodable(breach, ref);
}

/** The `ref` of a frame too large or too broken to parse. */
function headRef(frame: string | Uint8Array): Ref | undefined {
  const head = typeof frame === 'string' ? frame.slice(0, 256) : lenient.decode(frame.subarray(0, 256));
  const found = HEAD_REF.exec(head)?.[1];
  if (found === undefined) return undefined;
  const ref: unknown = found.startsWith('"') ? found.slice(1, -1) : Number(found);
  return isRef(ref) ? ref : undefined;
}
