import type { Participant } from '@greenroom/testing/faults';
import { pause } from '../kit/within.js';

const SETTLE_MS = 60_000;
const LOOK_MS = 50;

/** Waits until everybody has come to rest. @returns who has not in time, as a sentence */
export const settled = async (participants: readonly Participant[]): Promise<string | undefined> => {
  const until = performance.now() + SETTLE_MS;
  while (participants.some(({ isSettled }) => !isSettled)) {
    if (performance.now() > until) {
      const restless = participants.filter(({ isSettled }) => !isSettled);
      return `not settled: ${restless.map(({ restlessness }) => restlessness).join(' | ')}`;
    }
    await pause(LOOK_MS);
  }
  return undefined;
};
