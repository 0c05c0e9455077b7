import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
