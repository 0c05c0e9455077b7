import { expect } from '@jest/globals';

/** How long a spec waits for what must come, milliseconds. Only a failing one waits so long. */
const PATIENCE_MS = 10_000;
/** A page is asked no more often: each look costs it the time it is waited for. */
const LOOK_EVERY_MS = 50;

/** What comes of a promise, or an error that says what did not come in time. */
export async function within<T>(what: string, promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets so many milliseconds pass: for what takes its time by promise, or to show that nothing comes. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until it holds: for what tells nobody when it changes. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await pause(20);
  }
}

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
