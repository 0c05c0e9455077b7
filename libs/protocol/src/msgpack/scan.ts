import { errorBody, type ErrorBody } from '../error-body.js';
import { tooLarge, type FrameLimits } from '../limits.js';
import { readToken } from './token.js';

export interface Scan {
  /** Why the frame must not be decoded. */
  readonly breach: ErrorBody | undefined;
  /** The scalar that stands at `ref` in the outermost map, still encoded, if the scan came so far. */
  readonly ref: Uint8Array | undefined;
}

/** A container being walked: how many tokens are left in it; in a map every other one, from the first, is a key. */
interface Open {
  left: number;
  readonly map: boolean;
}

/**
 * Walks the tokens of a frame without building anything, so that the decoder behind it only ever meets one value that
 * is whole, of the core types, with string keys, no deeper and no wider than the limits. Iterative, linear in the
 * bytes that are there, whatever the headers promise. Source: research/reliability.md 4.2, rows 3 to 5.
 */
export function scan(bytes: Uint8Array, limits: FrameLimits): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: Open[] = [];
  let at = 0;
  let keys = 0;
  let atRef = false;
  let ref: Uint8Array | undefined;
  do {
    const token = readToken(view, at);
    if (token === undefined)
      return { breach: errorBody('BAD_FRAME', 'A frame must be MessagePack of the core types'), ref };
    const holder = open.at(-1);
    const isKey = holder !== undefined && holder.map && holder.left % 2 === 0;
    if (holder !== undefined) holder.left -= 1;
    if (isKey) {
      if (token.kind !== 'text') return { breach: errorBody('BAD_FRAME', 'A key must be a string'), ref };
      // The decoder would rename it; the other reserved keys are refused once decoded.
      if (spells(bytes, token.start, token.end, '__proto__')) {
        return { breach: errorBody('BAD_FRAME', 'An object has a reserved key'), ref };
      }
      atRef = open.length === 1 && spells(bytes, token.start, token.end, 'ref');
    } else if (token.kind === 'array' || token.kind === 'map') {
      keys += token.count;
      if (keys > limits.maxKeys) return { breach: tooLarge('keys', limits.maxKeys), ref };
      open.push({ left: token.kind === 'map' ? token.count * 2 : token.count, map: token.kind === 'map' });
      if (open.length > limits.maxDepth) return { breach: tooLarge('depth', limits.maxDepth), ref };
    } else if (atRef && open.length === 1) {
      ref = bytes.subarray(at, token.end);
    }
    at = token.end;
    while (open.at(-1)?.left === 0) open.pop();
  } while (open.length > 0);
  return { breach: at === bytes.length ? undefined : errorBody('BAD_FRAME', 'A frame is one value'), ref };
}

/** Whether the bytes from `start` to `end` are this ASCII text. */
function spells(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i += 1) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
