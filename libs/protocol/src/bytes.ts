import { fromBase64, toBase64 } from './base64.js';
import { BYTES_KEY, isReservedKey } from './reserved-key.js';

/**
 * The value as JSON, with bytes as `{"$bytes":"<base64>"}`.
 * Throws a `TypeError` or `RangeError` at a cycle, a bigint or a reserved key.
 */
export function stringify(value: object): string {
  // Measured: the look costs an eighth of a plain stringify, a replacer nearly doubles it.
  return needsReplacer(value) ? JSON.stringify(value, replaceBytes) : JSON.stringify(value);
}

/** Whether there are bytes in it, or a `toJSON` that may make some. Throws at a reserved key and at a cycle. */
function needsReplacer(value: object): boolean {
  if (ArrayBuffer.isView(value)) return true;
  let needed = false;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) {
      if (typeof element === 'object' && element !== null && needsReplacer(element)) needed = true;
    }
    return needed;
  }
  needed = 'toJSON' in value && !(value instanceof Date);
  for (const key in value) {
    if (isReservedKey(key)) throw new TypeError(`The key ${key} is reserved`);
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'object' && field !== null && needsReplacer(field)) needed = true;
  }
  return needed;
}

/** A `JSON.stringify` replacer. It looks at the holder: `Buffer` has a `toJSON`, which runs before a replacer is asked. */
function replaceBytes(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  const bytes = original instanceof Uint8Array ? original : value;
  if (bytes instanceof Uint8Array) return { [BYTES_KEY]: toBase64(bytes) };
  // What a toJSON made has not been looked at yet.
  if (value !== original && typeof value === 'object' && value !== null) needsReplacer(value);
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
