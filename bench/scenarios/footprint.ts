import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../run/stage.js';
import type { Figures } from './metrics.js';

/** For what is gathered and told later, such as presence. */
export const SETTLE_MS = 500;
const KIB = 1024;

/** What the server needs more when people have come, for each of them. */
export const footprint = async (stage: Stage, people: number, come: () => Promise<unknown>): Promise<Figures> => {
  const before = await stage.usage(true);
  await come();
  await sleep(SETTLE_MS);
  const after = await stage.usage(true);
  return {
    heapConnection: (after.heapBytes - before.heapBytes) / people / KIB,
    rssConnection: (after.rssBytes - before.rssBytes) / people / KIB,
  };
};
