import { describe, it } from '@jest/globals';
import type { Check } from './check.js';
import { clockChecks, type ClockHarness } from './clock.js';
import { roomStoreChecks, type RoomStoreHarness } from './room-store/index.js';

export type { ClockHarness } from './clock.js';
export type { RoomStoreHarness } from './room-store/index.js';

/** What every `RoomStore` promises, as jest tests. `harness` is called once a test, and once to see what it can do. */
export function roomStoreContract(name: string, harness: () => RoomStoreHarness): void {
  describe(`${name} keeps the contract of RoomStore`, () => {
    for (const [chapter, checks] of roomStoreChecks(harness())) {
      describe(chapter, () => {
        for (const check of checks) {
          it(check.title, async () => {
            const fresh = harness();
            try {
              await check.run(fresh);
            } finally {
              await fresh.close();
            }
          });
        }
      });
    }
  });
}

/** What every `Clock` promises, as jest tests. */
export function clockContract(name: string, harness: () => ClockHarness): void {
  describe(`${name} keeps the contract of Clock`, () => {
    for (const check of clockChecks satisfies readonly Check<ClockHarness>[]) {
      it(check.title, () => check.run(harness()));
    }
  });
}
