import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;

/** Resolves when it is so, or after so many milliseconds without any `progress`. */
export const patiently = async (isSo: () => boolean, progress: () => number, ms: number): Promise<void> => {
  let last = progress();
  let until = performance.now() + ms;
  while (!isSo() && performance.now() < until) {
    await sleep(LOOK_EVERY_MS);
    const now = progress();
    if (now !== last) until = performance.now() + ms;
    last = now;
  }
};
