/** No character takes more bytes in UTF-8 than so many for each of its units. */
const MOST_A_UNIT = 3;

/**
 * About how many bytes a value takes on the wire, for carriers that hand over values instead of frames: text in UTF-8
 * and bytes exactly, anything else 4. Stops counting above `enough`. No recursion; `exceedsLimits` goes first, so there
 * is no cycle.
 */
export const weigh = (value: unknown, enough: number): number => sum(value, enough, (text) => Buffer.byteLength(text));

/** Whether it weighs more than that. Text is counted only where it comes near. */
export const isHeavier = (value: unknown, bytes: number): boolean =>
  sum(value, bytes, (text) => text.length * MOST_A_UNIT) > bytes && weigh(value, bytes) > bytes;

function sum(value: unknown, enough: number, bytesOf: (text: string) => number): number {
  const pending: unknown[] = [value];
  let bytes = 0;
  while (pending.length > 0 && bytes <= enough) {
    const item = pending.pop();
    if (typeof item === 'string') bytes += bytesOf(item);
    else if (typeof item !== 'object' || item === null) bytes += 4;
    else if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) bytes += item.byteLength;
    else {
      bytes += 2;
      for (const key of Object.keys(item)) {
        bytes += bytesOf(key) + 4;
        pending.push((item as Record<string, unknown>)[key]);
      }
    }
  }
  return bytes;
}
