/** Which of the known tokens plain data has in it, at any depth. */
export function* tokensIn(value: unknown, known: { has(token: string): boolean }): Generator<string> {
  if (typeof value === 'string' && known.has(value)) yield value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const each of Object.values(value)) yield* tokensIn(each, known);
}
