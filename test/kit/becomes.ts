import { expect } from '@jest/globals';
import { pause } from './within.js';

/** How long a spec waits for what must come, milliseconds. Only a failing one waits so long. */
const PATIENCE_MS = 60_000;
/** A page is asked no more often: each look costs it the time it is waited for. */
const LOOK_EVERY_MS = 50;

/** Reads again and again until it equals what is expected; when time is up, fails by how it differs. */
export async function becomes<T>(read: () => T | Promise<T>, expected: unknown, ms = PATIENCE_MS): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await read();
    try {
      return expect(value).toEqual(expected);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await pause(LOOK_EVERY_MS);
  }
}
