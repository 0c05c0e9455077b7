import { describe, it } from '@jest/globals';
import type { Check } from './check.js';
import { clockChecks, type ClockHarness } from './clock.js';
import { courierChecks, type CourierHarness } from './courier.js';
import { directoryChecks, type DirectoryHarness } from './directory.js';
import { feedChecks, type FeedHarness } from './feed.js';
import { roomStoreChecks, type RoomStoreHarness } from './room-store/index.js';
import { usersChecks, type UsersHarness } from './users.js';

export type { ClockHarness } from './clock.js';
export type { CourierHarness } from './courier.js';
export type { DirectoryHarness } from './directory.js';
export type { FeedHarness } from './feed.js';
export { serverHarness, type RoomStoreHarness } from './room-store/index.js';
export type { UsersHarness } from './users.js';

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
export const clockContract = (name: string, harness: () => ClockHarness): void =>
  contract(name, 'Clock', clockChecks, harness);

/** What every `Feed` promises, as jest tests. `harness` is called once a test. */
export const feedContract = (name: string, harness: Fresh<FeedHarness>): void =>
  contract(name, 'Feed', feedChecks, harness);

/** What every `Directory` promises, as jest tests. `harness` is called once a test. */
export const directoryContract = (name: string, harness: Fresh<DirectoryHarness>): void =>
  contract(name, 'Directory', directoryChecks, harness);

/** What every `Courier` promises, as jest tests. `harness` is called once a test. */
export const courierContract = (name: string, harness: Fresh<CourierHarness>): void =>
  contract(name, 'Courier', courierChecks, harness);

/** What every `Users` promises, as jest tests. `harness` is called once a test. */
export const usersContract = (name: string, harness: Fresh<UsersHarness>): void =>
  contract(name, 'Users', usersChecks, harness);

type Fresh<Harness> = () => Harness | Promise<Harness>;

function contract<Harness extends { readonly close?: () => Promise<void> }>(
  name: string,
  port: string,
  checks: readonly Check<Harness>[],
  harness: Fresh<Harness>,
): void {
  describe(`${name} keeps the contract of ${port}`, () => {
    for (const check of checks) {
      it(check.title, async () => {
        const fresh = await harness();
        try {
          await check.run(fresh);
        } finally {
          await fresh.close?.();
        }
      });
    }
  });
}
