import { expect } from '@jest/globals';
import { PATIENCE_MS, pause } from './within.js';

/** A page is asked no more often: each look costs it the time it is waited for. */
const LOOK_EVERY_MS = 50;

/** Reads again and again until it equals what is expected; when time is up, fails by how it differs. */
export async function becomes<T>(read: () => T | Promise<T>, expected: unknown, ms = PATIENCE_MS): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    // Before it looks: where the whole machine has stood still, it looks once more.
    const isLast = Date.now() > end;
    const value = await read();
    try {
      return expect(value).toEqual(expected);
    } catch (error) {
      if (isLast) throw error;
    }
    await pause(LOOK_EVERY_MS);
  }
}
