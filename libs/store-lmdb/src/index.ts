export { DataDirError, makeDataDir } from './data-dir.js';
export { openLmdbStore, type LmdbRoomStore, type LmdbStoreOptions } from './lmdb-store.js';
