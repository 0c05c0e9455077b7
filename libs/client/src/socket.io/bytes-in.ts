/** Socket.IO hands bytes over as whatever its host has: an `ArrayBuffer`, a `Buffer`. Here they are `Uint8Array`s. */
export function bytesIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(bytesIn);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bytesIn(inner)]));
}
