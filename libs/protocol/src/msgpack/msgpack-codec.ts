import { Packr } from 'msgpackr';
import { bytesOf, takeApart, undecodable, type Codec, type Decoded } from '../codec.js';
import { errorBody } from '../error-body.js';
import { DEFAULT_FRAME_LIMITS, exceedsLimits, tooLarge, type FrameLimits } from '../limits.js';
import { isRef, refOf, type Ref } from '../ref.js';
import { plain } from './plain.js';
import { scan } from './scan.js';

/** Bytes of a frame too large to read that are looked at for its `ref`. */
const HEAD = 256;

/** Plain MessagePack: maps are objects, 64-bit integers numbers, bytes copies of their own. */
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  int64AsType: 'number',
  copyBuffers: true,
});

/** Binary frames of MessagePack, one map with string keys each. The core types only, no ext: the same objects as in JSON. */
export const msgpackCodec: Codec = { name: 'msgpack', subprotocol: 'greenroom.v1.msgpack', decode, encode };

function decode(frame: string | Uint8Array, limits: FrameLimits = DEFAULT_FRAME_LIMITS): Decoded {
  const bytes = bytesOf(frame);
  if (bytes === undefined) return undecodable(errorBody('BAD_FRAME', 'A frame must be binary'));
  if (bytes.length > limits.maxBytes) {
    return undecodable(tooLarge('bytes', limits.maxBytes), readRef(scan(bytes.subarray(0, HEAD), limits).ref));
  }
  const scanned = scan(bytes, limits);
  if (scanned.breach !== undefined) return undecodable(scanned.breach, readRef(scanned.ref));
  try {
    const message: unknown = packr.decode(bytes);
    const breach = exceedsLimits(message, limits);
    return breach === undefined ? takeApart(message) : undecodable(breach, refOf(message));
  } catch {
    return undecodable(errorBody('BAD_FRAME', 'A frame must be MessagePack'), readRef(scanned.ref));
  }
}

function encode(message: object): Uint8Array {
  return packr.encode(plain(message));
}

/** Reads one scalar, as `scan` found it. */
function readRef(encoded: Uint8Array | undefined): Ref | undefined {
  if (encoded === undefined) return undefined;
  try {
    const ref: unknown = packr.decode(encoded);
    return isRef(ref) ? ref : undefined;
  } catch {
    return undefined;
  }
}
