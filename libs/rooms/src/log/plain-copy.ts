/** Deeper is a cycle, or nothing that anybody could send. */
const DEEPEST = 200;

/** What a copy costs, about as much as it would take up on the wire. */
export interface Weight {
  bytes: number;
}

/**
 * A copy of plain data: JSON values, `undefined` and bytes (`Uint8Array`). It shares nothing with it that could change. What is
 * more than that, a `Date` or a `Map`, is copied as `structuredClone` does.
 * @throws TypeError at what cannot be copied: functions, symbols, cycles.
 */
export const plainCopy = <T>(value: T, weight: Weight = { bytes: 0 }): T => copyOf(value, weight, 0) as T;

const copyOf = (value: unknown, weight: Weight, depth: number): unknown => {
  switch (typeof value) {
    case 'string':
      weight.bytes += value.length;
      return value;
    case 'object':
      return value === null ? null : copyOfObject(value, weight, depth);
    case 'number':
    case 'boolean':
    case 'undefined':
      weight.bytes += 4;
      return value;
    default:
      throw new TypeError(`A ${typeof value} is not plain data`);
  }
};

const copyOfObject = (value: object, weight: Weight, depth: number): object => {
  if (depth > DEEPEST) throw new TypeError('What goes so deep is not plain data');
  if (Array.isArray(value)) return value.map((each: unknown) => copyOf(each, weight, depth + 1));
  if (value instanceof Uint8Array) {
    weight.bytes += value.length;
    return new Uint8Array(value);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    weight.bytes += key.length;
    const field = copyOf((value as Record<string, unknown>)[key], weight, depth + 1);
    if (key === '__proto__') Object.defineProperty(copy, key, { value: field, ...OWN });
    else copy[key] = field;
  }
  return copy;
};

const OWN = { enumerable: true, configurable: true, writable: true } as const;
