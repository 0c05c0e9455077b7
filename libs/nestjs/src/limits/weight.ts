/**
 * About how many bytes a value takes on the wire, for carriers that hand over values instead of frames: text in UTF-8
 * and bytes exactly, anything else 4. Stops counting above `enough`. No recursion; `exceedsLimits` goes first, so there
 * is no cycle.
 */
export function weigh(value: unknown, enough: number): number {
  const pending: unknown[] = [value];
  let bytes = 0;
  while (pending.length > 0 && bytes <= enough) {
    const item = pending.pop();
    if (typeof item === 'string') bytes += Buffer.byteLength(item);
    else if (typeof item !== 'object' || item === null) bytes += 4;
    else if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) bytes += item.byteLength;
    else {
      bytes += 2;
      for (const [key, inner] of Object.entries(item)) {
        bytes += Buffer.byteLength(key) + 4;
        pending.push(inner);
      }
    }
  }
  return bytes;
}
