import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Batch, Claim, Entry, Fence } from '@greenroom/rooms';
import { roomStoreContract, type RoomStoreHarness } from '@greenroom/testing/contracts';
import { openLmdbStore, type LmdbRoomStore } from './lmdb-store.js';

/** Its `crash` is a power loss: the files as they are, of which lmdb is told to trust only what was synced. */
function harness(): RoomStoreHarness {
  let home: string | undefined;
  let store: LmdbRoomStore | undefined;
  let lives = 0;
  const dir = (): string => join((home ??= mkdtempSync(join(tmpdir(), 'greenroom-'))), String(lives));
  const abandoned: LmdbRoomStore[] = [];
  const open = async (): Promise<LmdbRoomStore> => (store = await openLmdbStore({ dir: dir() }));
  return {
    open,
    async reopen() {
      await store?.close();
      return open();
    },
    async crash() {
      if (store !== undefined) abandoned.push(store);
      const from = join(dir(), 'data.mdb');
      lives += 1;
      mkdirSync(dir());
      copyFileSync(from, join(dir(), 'data.mdb'));
      process.env['LMDB_RESTORE'] = 'safe';
      try {
        return await open();
      } finally {
        delete process.env['LMDB_RESTORE'];
      }
    },
    async close() {
      for (const opened of [...abandoned, store]) await opened?.close();
      if (home !== undefined) rmSync(home, { recursive: true });
    },
  };
}

roomStoreContract('LmdbRoomStore', harness);

describe('LmdbRoomStore', () => {
  const ROOMS = Array.from({ length: 100 }, (_, i) => `chat/${i}`);

  it('puts what a hundred rooms write at once into very few transactions', async () => {
    const fresh = harness();
    const store = (await fresh.open()) as LmdbRoomStore;
    const claims = await Promise.all(ROOMS.map((address) => store.claim(address, 'a', 1000, true)));
    const claiming = store.transactions;
    await Promise.all(ROOMS.map((address, i) => store.append(address, fenceOf(claims[i]), batchAt(claims[i]))));
    expect(claiming).toBeLessThanOrEqual(3);
    expect(store.transactions - claiming).toBeLessThanOrEqual(3);
    await fresh.close();
  });

  it('skips the rooms that are refused in a group, and writes the others', async () => {
    const fresh = harness();
    const store = (await fresh.open()) as LmdbRoomStore;
    const claims = await Promise.all(ROOMS.map((address) => store.claim(address, 'a', 1000, true)));
    for (const address of ROOMS.slice(0, 10)) await store.claim(address, 'b', 2000, true);
    const writing = ROOMS.map((address, i) => store.append(address, fenceOf(claims[i]), batchAt(claims[i])));
    const outcomes = (await Promise.allSettled(writing)).map(({ status }) => status);
    expect(outcomes).toEqual(ROOMS.map((_, i) => (i < 10 ? 'rejected' : 'fulfilled')));
    const lengths = await Promise.all(ROOMS.map(async (address) => (await store.read(address, { limit: 9 })).length));
    expect(new Set(lengths)).toEqual(new Set([2]));
    await fresh.close();
  });

  it('keeps nothing of a batch of durability memory', async () => {
    const fresh = harness();
    const store = (await fresh.open()) as LmdbRoomStore;
    const claim = await store.claim('chat/cats', 'a', 1000, true);
    const before = store.transactions;
    const batch = { ...batchAt(claim), durability: 'memory', deadline: 5 } as const;
    expect(await store.append('chat/cats', fenceOf(claim), batch)).toBe(0);
    expect(await store.append('chat/cats', fenceOf(claim), batch)).toBe(0);
    expect(await store.read('chat/cats', { limit: 9 })).toHaveLength(1);
    expect(await store.due(10, 10)).toEqual([]);
    expect(store.transactions).toBe(before);
    await fresh.close();
  });

  it('refuses everything once it is closed', async () => {
    const fresh = harness();
    const store = (await fresh.open()) as LmdbRoomStore;
    const claim = await store.claim('chat/cats', 'a', 1000, true);
    await store.close();
    await expect(store.append('chat/cats', fenceOf(claim), batchAt(claim))).rejects.toThrow('The store is closed.');
    await expect(store.read('chat/cats', { limit: 9 })).rejects.toThrow('The store is closed.');
    await fresh.close();
  });

  it('lets go of a long log a part at a time, and of all of it in the end', async () => {
    const fresh = harness();
    const store = (await fresh.open()) as LmdbRoomStore;
    const claim = await store.claim('chat/cats', 'a', 1000, true);
    const one = batchAt(claim);
    const entries = Array.from({ length: 4500 }, (_, i) => ({ ...one.entries[0], seq: i + 2, last: i + 2 }) as Entry);
    await store.append('chat/cats', fenceOf(claim), { ...one, entries });
    const lengths: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const keep = { index: 100, seq: 0, after: 0 };
      await store.saveSnapshot('chat/cats', fenceOf(claim), { seq: 4501, state: 0 }, keep, undefined);
      lengths.push((await store.read('chat/cats', { limit: 9999 })).length);
    }
    expect(lengths).toEqual([2501, 501, 0]);
    await fresh.close();
  });
});

const fenceOf = (claim: Claim | undefined): Fence => ({ epoch: claim?.epoch ?? 0, owner: 'a' });

/** A batch of one entry that follows the claim. */
function batchAt(claim: Claim | undefined): Batch {
  const seq = (claim?.barrier.seq ?? 0) + 1;
  const stamp = { at: 1000, id: `e${seq}`, seed: 0 };
  const input = { type: 'timer', timer: 't' } as const;
  const entry: Entry = { ...stamp, epoch: claim?.epoch ?? 0, seq, last: seq, index: 0, input, events: [] };
  return { entries: [entry], durability: 'fsync', deadline: undefined };
}
