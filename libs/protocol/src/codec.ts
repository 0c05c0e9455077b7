import { errorBody, type ErrorBody } from './error-body.js';
import type { FrameLimits } from './limits.js';
import { isRef, type Ref } from './ref.js';

/**
 * A frame taken apart. `body` is the whole object, `op` and `ref` in it: own properties of plain objects, arrays,
 * strings, finite numbers, booleans, null and `Uint8Array`s, within the limits. `op` is not looked at.
 * A failure keeps the `ref` whenever it could be read, so that the refusal finds its operation.
 */
export type Decoded =
  | { readonly ok: true; readonly op: unknown; readonly ref: Ref | undefined; readonly body: Record<string, unknown> }
  | { readonly ok: false; readonly ref?: Ref; readonly error: ErrorBody };

/** One way of writing the wire's objects. Both are stateless and may be shared by all connections. */
export interface Codec {
  readonly name: 'json' | 'msgpack';
  /** The WebSocket subprotocol that asks for it. */
  readonly subprotocol: string;
  /** Total: for any input a value or an error (`BAD_FRAME`, `TOO_LARGE`), never a throw. */
  readonly decode: (frame: string | Uint8Array, limits?: FrameLimits) => Decoded;
  /**
   * Members that are `undefined` are left out; a `Date` or whatever else has `toJSON` is written as JSON would.
   * Throws a `TypeError` or `RangeError` for what the wire cannot carry: a cycle, a bigint, a reserved key (`$bytes`,
   * `__proto__`, `constructor`, `prototype`). So what one end writes the other can read.
   */
  readonly encode: (message: object) => string | Uint8Array;
}

/** A failed `Decoded`. */
export function undecodable(error: ErrorBody, ref?: Ref): Decoded {
  return ref === undefined ? { ok: false, error } : { ok: false, ref, error };
}

/** The bytes of a binary frame, as a view that is no `Buffer`; `undefined` for whatever else a socket hands over. */
export function bytesOf(frame: unknown): Uint8Array | undefined {
  return ArrayBuffer.isView(frame) ? new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength) : undefined;
}

/** What every codec asks of a value it has read, already within the limits: one object, and a `ref` that is one. */
export function takeApart(message: unknown): Decoded {
  if (typeof message !== 'object' || message === null || Array.isArray(message) || ArrayBuffer.isView(message)) {
    return undecodable(errorBody('BAD_FRAME', 'A frame is one object'));
  }
  const body = message as Record<string, unknown>;
  const ref = Object.hasOwn(body, 'ref') ? body['ref'] : undefined;
  if (ref !== undefined && !isRef(ref)) {
    return undecodable(errorBody('BAD_FRAME', 'ref must be a safe integer or a string of 1 to 64 characters'));
  }
  return { ok: true, op: Object.hasOwn(body, 'op') ? body['op'] : undefined, ref, body };
}
