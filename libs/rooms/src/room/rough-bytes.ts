/** Rough size in memory of plain data: what matters is that a hundred big payloads do not count as a hundred. */
export const roughBytes = (value: unknown): number => {
  let bytes = 0;
  const queue: unknown[] = [value];
  while (queue.length > 0) {
    const next = queue.pop();
    bytes += 8;
    if (typeof next === 'string') bytes += next.length;
    else if (next instanceof Uint8Array) bytes += next.byteLength;
    else if (typeof next === 'object' && next !== null)
      for (const key of Object.keys(next)) {
        bytes += key.length;
        queue.push((next as Record<string, unknown>)[key]);
      }
  }
  return bytes;
};
