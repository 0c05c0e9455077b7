import { types } from 'node:util';

/** @throws TypeError */
export function asText(text: unknown): string {
  if (typeof text === 'string') return text;
  throw new TypeError(`A text message is a string, not ${named(text)}: JSON.stringify it.`);
}

/** A view of the same memory. @throws TypeError */
export function asBytes(bytes: unknown): Buffer {
  if (types.isArrayBuffer(bytes)) return Buffer.from(bytes);
  if (ArrayBuffer.isView(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  throw new TypeError(`A binary message is a Uint8Array or an ArrayBuffer, not ${named(bytes)}.`);
}

const named = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value === null ? value : typeof value);
  return Array.isArray(value) ? 'array' : 'object';
};
