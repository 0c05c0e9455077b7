import { fromBase64, toBase64 } from './base64.js';

/** The one key that means something on the wire: `{"$bytes":"<base64>"}` is bytes. Nobody else's object may have it. */
export const BYTES_KEY = '$bytes';

/**
 * Whether `JSON.stringify` alone would write the value wrongly, because bytes or a `toJSON` (which may make some) are in it.
 * Throws a `TypeError` at the reserved key, a `RangeError` at a cycle.
 */
function needsReplacer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    let needed = false;
    for (const element of value) if (needsReplacer(element)) needed = true;
    return needed;
  }
  if (ArrayBuffer.isView(value)) return true;
  let needed = 'toJSON' in value;
  for (const key in value) {
    if (key === BYTES_KEY) throw new TypeError('The key $bytes is reserved');
    if (needsReplacer((value as Record<string, unknown>)[key])) needed = true;
  }
  return needed;
}

/** The value as JSON, with bytes as `{"$bytes":"<base64>"}`. Throws at a cycle, a bigint and the reserved key. */
export function stringify(value: object): string {
  return needsReplacer(value) ? JSON.stringify(value, replaceBytes) : JSON.stringify(value);
}

/** A `JSON.stringify` replacer. It looks at the holder: `Buffer` has a `toJSON`, which runs before a replacer is asked. */
function replaceBytes(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Uint8Array) return { [BYTES_KEY]: toBase64(original) };
  return value;
}

/**
 * Puts bytes in the place of every `{"$bytes":"<base64>"}` inside a value fresh from `JSON.parse`, which it changes.
 * Returns by how many characters the text was longer than the bytes in it, or `undefined` at the first malformed one.
 */
export function reviveBytes(root: unknown): number | undefined {
  const pending: unknown[] = [root];
  let saved = 0;
  for (let holder = pending.pop(); holder !== undefined; holder = pending.pop()) {
    if (typeof holder !== 'object' || holder === null) continue;
    const fields = holder as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      if (typeof value !== 'object' || value === null) continue;
      if (!Object.hasOwn(value, BYTES_KEY)) {
        pending.push(value);
        continue;
      }
      const text: unknown = (value as Record<string, unknown>)[BYTES_KEY];
      const bytes = typeof text === 'string' && Object.keys(value).length === 1 ? fromBase64(text) : undefined;
      if (typeof text !== 'string' || bytes === undefined) return undefined;
      saved += text.length - bytes.length;
      fields[key] = bytes;
    }
  }
  return saved;
}
