import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';

/*
 * The second half of a data file's first page: there lmdb-js names the last transaction that is on disk, beside LMDB's own
 * two meta pages. Source: `mdb_env_write_meta` and `mdb_env_pick_meta` in lmdb-js's mdb.c.
 */

export function readSyncedMeta(file: string, pageSize: number): Buffer {
  const meta = Buffer.alloc(pageSize / 2);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, meta, 0, meta.length, pageSize / 2);
  } finally {
    closeSync(descriptor);
  }
  return meta;
}

/** Only while nobody has the file open. */
export function writeSyncedMeta(file: string, pageSize: number, meta: Buffer): void {
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, meta, 0, meta.length, pageSize / 2);
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
