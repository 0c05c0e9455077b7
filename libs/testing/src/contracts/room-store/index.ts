import { appendChecks } from './appends.js';
import { claimChecks } from './claims.js';
import { crowdChecks } from './crowd.js';
import { crashChecks, durabilityChecks } from './durability.js';
import type { RoomStoreHarness, StoreCheck } from './harness.js';
import { readChecks } from './reads.js';
import { snapshotChecks } from './snapshots.js';
import { wakingChecks } from './waking.js';

export type { RoomStoreHarness } from './harness.js';
export { serverHarness } from './server-harness.js';

/** What the port `RoomStore` promises, by chapter; the crash chapter for a harness that can. */
export const roomStoreChecks = (harness: RoomStoreHarness): ReadonlyMap<string, readonly StoreCheck[]> =>
  new Map([
    ['claims', claimChecks],
    ['appends', appendChecks],
    ['reads', readChecks],
    ['snapshots, retention and redaction', snapshotChecks],
    ['waking and listing', wakingChecks],
    ['durability', harness.crash === undefined ? durabilityChecks : [...durabilityChecks, ...crashChecks]],
    ['many rooms', crowdChecks],
  ]);
