import { join } from 'node:path';
import { NotFlushedError, StoreRefusedError } from '@greenroom/rooms';
import { open, type RootDatabase } from 'lmdb';
import { ExitAmidTransaction } from './exit-amid-transaction.js';
import { readSyncedMeta, writeSyncedMeta } from './synced-meta.js';

/** Databases of one directory: more than the layout needs, so that a later format can add some. */
const MAX_DATABASES = 16;

/**
 * An LMDB environment, opened so that a failed write can be told apart. What lmdb-js 3.5 does, and how it was seen
 * (strace with injected faults), is in README.md.
 */
export class Environment {
  root: RootDatabase<Buffer, string>;
  #transactions = 0;
  #state: 'open' | 'unflushed' | 'closed' = 'open';

  /** @param dir a directory that exists. The memory map grows by itself. */
  constructor(private readonly dir: string) {
    this.root = openRoot(dir);
  }

  /** Transactions committed since the environment was opened. */
  get transactions(): number {
    return this.#transactions;
  }

  /**
   * Runs `work` in one write transaction, off the main thread but for `work` itself, and resolves once it is committed.
   * @throws StoreRefusedError when nothing of it was written. NotFlushedError when it was, and the disk failed to sync it.
   */
  async commit(work: () => void): Promise<void> {
    let id = 0;
    const atExit = new ExitAmidTransaction();
    try {
      // A child, because lmdb commits a plain transaction even when its callback throws.
      await this.root.childTransaction(() => {
        id = this.root.getWriteTxnId();
        work();
      });
      this.#transactions += 1;
    } catch (error) {
      const cause = await causeOf(error);
      if (this.#isVisible(id)) {
        this.#state = 'unflushed';
        throw new NotFlushedError(cause);
      }
      throw new StoreRefusedError('The store could not write, and wrote nothing.', { cause });
    } finally {
      atExit.dispose();
    }
  }

  /** Resolves once everything committed is on disk. Only after a `commit` that resolved: else lmdb may never settle it. */
  async flushed(): Promise<void> {
    await this.root.flushed;
  }

  /** Runs `work` while no other process can: LMDB's lock of writers is released by the death of its holder too. */
  alone(work: () => void): void {
    this.root.transactionSync(work);
  }

  /** Opens it again, as of the last transaction that is surely on disk. `root` is another one then. */
  async reopen(): Promise<void> {
    await this.close();
    this.root = openRoot(this.dir);
    this.#state = 'open';
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const file = join(this.dir, 'data.mdb');
    const { pageSize } = this.root.getStats() as { readonly pageSize: number };
    // A second sync would report success though the system has given up the pages that the first one could not write, and
    // lmdb syncs when it closes.
    const synced = this.#state === 'unflushed' ? readSyncedMeta(file, pageSize) : undefined;
    this.#state = 'closed';
    // lmdb waits for the flush of the last transaction, for ever when that one failed: make an empty one the last.
    await this.root.transaction(() => undefined).catch(() => undefined);
    await this.root.close();
    if (synced !== undefined) writeSyncedMeta(file, pageSize, synced);
  }

  /** Whether readers see the transaction: those before it have all settled, and none came after. */
  #isVisible(id: number): boolean {
    return id > 0 && (this.root.getStats() as { readonly lastTxnId: number }).lastTxnId >= id;
  }
}

const openRoot = (dir: string): RootDatabase<Buffer, string> => {
  const options = {
    path: dir,
    // By itself it takes a name with a dot for that of a file.
    noSubdir: false,
    encoding: 'binary' as const,
    maxDbs: MAX_DATABASES,
    // With it lmdb starts its own batches, whose rejections nobody could handle.
    eventTurnBatching: false,
    // What was written and not synced was acknowledged to nobody, and may be in the page cache only. Not in lmdb's types.
    safeRestore: true,
  };
  return open<Buffer, string>(options);
};

/** lmdb rejects with a general error, and hands over what happened by a promise in it, which must be handled. */
async function causeOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
