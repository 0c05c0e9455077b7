/** What a client numbers its operations with: a safe integer, or a string of 1 to 64 characters. */
export type Ref = number | string;

export function isRef(value: unknown): value is Ref {
  return typeof value === 'string' ? value.length > 0 && value.length <= 64 : Number.isSafeInteger(value);
}

/** The `ref` of a message that may be anything. */
export function refOf(message: unknown): Ref | undefined {
  if (typeof message !== 'object' || message === null || !Object.hasOwn(message, 'ref')) return undefined;
  const { ref } = message as { readonly ref: unknown };
  return isRef(ref) ? ref : undefined;
}
