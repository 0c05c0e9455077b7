import { isReservedKey } from '../reserved-key.js';

/**
 * The value as JSON would have it, with its bytes kept: `toJSON` applied, `undefined` left out of objects and null in
 * arrays, numbers that are not finite null. Throws a `TypeError` at a bigint and at a reserved key, a `RangeError` at a cycle.
 */
export function plain(value: unknown): unknown {
  if (typeof value === 'object') return value === null ? null : plainObject(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') throw new TypeError('A bigint does not travel');
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON());
  if (Array.isArray(value)) return value.map((element) => plain(element) ?? null);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (isReservedKey(key)) throw new TypeError(`The key ${key} is reserved`);
    const written = plain((value as Record<string, unknown>)[key]);
    if (written !== undefined) copy[key] = written;
  }
  return copy;
}
