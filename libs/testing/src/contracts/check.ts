/** One guarantee of a port, as a title and a proof: rejects when the implementation behind the harness breaks it. */
export interface Check<Harness> {
  /** The guarantee, as a sentence. */
  readonly title: string;
  run(harness: Harness): Promise<void>;
}

/**
 * Throws unless both are the same plain data: objects by their own keys in any order, arrays, `Uint8Array`s by their
 * bytes; a field that is `undefined` is as good as none. Anything but plain data is never the same as plain data.
 */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, ought] = [render(actual), render(expected)];
  if (is !== ought) throw new Error(`${what}: expected ${shorten(ought)}, got ${shorten(is)}`);
}

export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Throws unless the promise rejects with an error of this name, and nothing else. */
export async function refused(promise: Promise<unknown>, name: 'FencedError' | 'StoreRefusedError'): Promise<void> {
  const outcome = await promise.then(
    () => 'it was accepted',
    (error: unknown) => (error instanceof Error ? error.name : `${typeof error} was thrown`),
  );
  if (outcome !== name) throw new Error(`expected a ${name}, but ${outcome}`);
}

/** Plain data as text, the same for the same data whatever the order of its keys. */
export const render = (value: unknown): string => JSON.stringify(value, canonical) ?? 'undefined';

function canonical(this: unknown, key: string): unknown {
  // Taken from its holder, because `toJSON` has been called on what a replacer is handed.
  const value = (this as Record<string, unknown>)[key];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (value instanceof Uint8Array) return { $uint8Array: Buffer.from(value).toString('hex') };
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects from another realm (jest has one) are plain too: their prototype has none.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return `not plain: ${value.constructor.name}`;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const shorten = (text: string): string => (text.length > 600 ? `${text.slice(0, 600)}... (${text.length})` : text);
