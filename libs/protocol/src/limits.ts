import { errorBody, type ErrorBody } from './error-body.js';
import { isReservedKey } from './reserved-key.js';

/** What one incoming frame may weigh. */
export interface FrameLimits {
  /** Bytes of the frame, those in JSON's base64 counted decoded. @default 65536 */
  readonly maxBytes: number;
  /** Containers inside one another; the frame itself is the first. @default 32 */
  readonly maxDepth: number;
  /** Object keys and array elements together. @default 1000 */
  readonly maxKeys: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = { maxBytes: 65_536, maxDepth: 32, maxKeys: 1000 };

/** For a reader that trusts its peer, as a client does its server: a view may be larger than any command. Still finite. */
export const TRUSTED_FRAME_LIMITS: FrameLimits = { maxBytes: 67_108_864, maxDepth: 512, maxKeys: 10_000_000 };

/** Bytes above which a frame is not answered but its connection closed (1009): 1 MiB. */
export const HARD_FRAME_BYTES = 1_048_576;

/**
 * What an incoming value breaks, or `undefined` when it may pass.
 *
 * - `TOO_LARGE`: deeper than `maxDepth`, more keys than `maxKeys`, or more bytes in its byte arrays than `maxBytes`
 *   (text is not weighed: the frame was).
 * - `BAD_FRAME`: a key that is `__proto__`, `constructor`, `prototype` or the reserved `$bytes`; text with half a character
 *   (a lone surrogate), which every encoding would turn into something else; or a value JSON does not know, except
 *   `undefined` and bytes (`Uint8Array`, `Buffer`, `ArrayBuffer`), as msgpack's ext types would make.
 *
 * No recursion, and it stops at the first limit, so neither a nest nor a cycle costs more than the limits allow.
 * Source: research/reliability.md 4.2, rows 3 and 4.
 */
export function exceedsLimits(value: unknown, limits: FrameLimits = DEFAULT_FRAME_LIMITS): ErrorBody | undefined {
  if (!isContainer(value)) return scalarBreach(value);
  let level: object[] = [value];
  let keys = 0;
  let bytes = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    const next: object[] = [];
    for (const item of level) {
      if (depth > limits.maxDepth && !isBytes(item)) return tooLarge('depth', limits.maxDepth);
      if (Array.isArray(item)) {
        keys += item.length;
        if (keys > limits.maxKeys) return tooLarge('keys', limits.maxKeys);
        for (const element of item as unknown[]) {
          if (isContainer(element)) next.push(element);
          else {
            const breach = scalarBreach(element);
            if (breach !== undefined) return breach;
          }
        }
      } else if (isPlain(item)) {
        const names = Object.keys(item);
        keys += names.length;
        if (keys > limits.maxKeys) return tooLarge('keys', limits.maxKeys);
        for (const name of names) {
          if (isReservedKey(name)) return errorBody('BAD_FRAME', 'An object has a reserved key');
          if (!name.isWellFormed()) return halfACharacter();
          const field = item[name];
          if (isContainer(field)) next.push(field);
          else {
            const breach = scalarBreach(field);
            if (breach !== undefined) return breach;
          }
        }
      } else if (isBytes(item)) {
        bytes += item.byteLength;
        if (bytes > limits.maxBytes) return tooLarge('bytes', limits.maxBytes);
      } else {
        return doesNotTravel();
      }
    }
    level = next;
  }
  return undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function scalarBreach(value: unknown): ErrorBody | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : halfACharacter();
  return isScalar(value) ? undefined : doesNotTravel();
}

function doesNotTravel(): ErrorBody {
  return errorBody('BAD_FRAME', 'A value is of a type that does not travel');
}

function halfACharacter(): ErrorBody {
  return errorBody('BAD_FRAME', 'Text must be of whole characters');
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || value === undefined || typeof value === 'boolean';
}

/** An object of no class, of whatever realm: its prototype is none, or the one that has none. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isBytes(value: object): value is { readonly byteLength: number } {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

/** The refusal of what is above a limit; `unit` is what was counted. */
export function tooLarge(unit: 'bytes' | 'depth' | 'keys', limit: number): ErrorBody {
  return errorBody('TOO_LARGE', `A frame may have a ${unit === 'depth' ? 'depth of' : 'total of'} ${limit} ${unit}`);
}
