/** The one key that means something on the wire: `{"$bytes":"<base64>"}` is bytes in JSON. */
export const BYTES_KEY = '$bytes';

/**
 * Keys no object of ours travels with, in either direction: the wire's own, and those that would reach a prototype
 * when somebody copies an object key by key.
 */
export function isReservedKey(key: string): boolean {
  return key === BYTES_KEY || key === '__proto__' || key === 'constructor' || key === 'prototype';
}
