export { DataDirError } from './data-dir.js';
export { openLmdbStore, type LmdbRoomStore, type LmdbStoreOptions } from './lmdb-store.js';
