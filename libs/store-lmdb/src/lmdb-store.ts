import { encodeValue } from '@greenroom/protocol/values';
import {
  advance,
  barrierAfter,
  headAt,
  isSpent,
  lineageFrom,
  passFence,
  passSnapshot,
  redacted,
  StoreRefusedError,
  type Batch,
  type Claim,
  type Due,
  type Entry,
  type Fence,
  type Head,
  type ReadRange,
  type Retention,
  type RoomStore,
  type Snapshot,
} from '@greenroom/rooms';
import { lockDataDir, prepareDataDir } from './data-dir.js';
import { Environment } from './environment.js';
import { GroupCommit } from './group-commit.js';
import { Layout, type RoomRow } from './layout.js';

export interface LmdbStoreOptions {
  /** Directory of the data, made if need be; on a local disk, never on NFS. One process at a time. */
  readonly dir: string;
}

/**
 * What {@link openLmdbStore} opens. The class stays inside: what is published must not lead to lmdb's own types, which an
 * ES module that checks its libraries cannot compile.
 */
export interface LmdbRoomStore extends RoomStore {
  /** Transactions committed since the store was opened: what many rooms wrote at once is one. */
  readonly transactions: number;
}

/** A snapshot lets go of at most so many entries, so that no write holds up the others; the next one goes on. */
const TRIM_AT_MOST = 2000;

/** @throws DataDirError when the directory is in use, cannot be written to, is none, or holds data of a later format. */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbRoomStore> {
  const { dir } = options;
  prepareDataDir(dir);
  const environment = new Environment(dir);
  let unlock: (() => void) | undefined;
  try {
    unlock = lockDataDir(dir, (work) => environment.alone(work));
    return new OpenStore(environment, dir, unlock);
  } catch (error) {
    await environment.close();
    unlock?.();
    throw error;
  }
}

/**
 * Keeps rooms on the local disk. What all rooms write goes into one transaction at a time, and is acknowledged when
 * that is on disk (`fsync`, claims, snapshots) or committed (`commit`). A batch of durability `memory` only passes the
 * fence: nothing of it is kept. Reads are of the page cache, and synchronous.
 */
class OpenStore implements LmdbRoomStore {
  readonly #environment: Environment;
  readonly #dir: string;
  readonly #commits: GroupCommit;
  readonly #unlock: () => void;
  #layout: Layout;
  #reopening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(environment: Environment, dir: string, unlock: () => void) {
    this.#environment = environment;
    this.#dir = dir;
    this.#layout = new Layout(environment, dir);
    this.#commits = new GroupCommit({
      commit: (work) => environment.commit(work),
      flushed: () => environment.flushed(),
      reopen: () => (this.#reopening = this.#reopen()),
    });
    this.#unlock = unlock;
  }

  get transactions(): number {
    return this.#environment.transactions;
  }

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    this.#refuseIfClosed();
    return this.#commits.submit('flushed', () => {
      const layout = this.#layout;
      const was = layout.room(address);
      if (was === undefined && !create) return () => undefined;
      const barrier = barrierAfter(was, owner, at);
      const lineage = [...layout.lineage(address), { epoch: barrier.epoch, base: barrier.seq }];
      const snapshot = layout.snapshot(address);
      return () => {
        layout.putEntry(address, barrier.seq, encodeValue(barrier));
        layout.putLineage(address, lineage);
        layout.putRoom(address, was, rowOf(headAt(barrier, owner), was?.saved ?? 0, was?.deadline));
        return { epoch: barrier.epoch, barrier, lineage, ...(snapshot !== undefined && { snapshot }) };
      };
    });
  }

  async append(address: string, fence: Fence, batch: Batch): Promise<number> {
    if (batch.durability === 'memory') {
      const layout = await this.#open();
      passFence(address, layout.room(address), fence);
      return 0;
    }
    this.#refuseIfClosed();
    // All that is written is copied before the first wait; what the caller does with it then is their affair.
    const { deadline } = batch;
    const blank = new Set(batch.redact);
    const covered = batch.snapshot?.seq ?? 0;
    const entries = batch.entries.map((entry) => redacted(entry, blank, covered));
    const added = entries.map((entry) => ({ seq: entry.seq, bytes: encoded(address, entry) }));
    const snapshot = batch.snapshot && { seq: covered, bytes: encoded(address, batch.snapshot) };
    const size = added.reduce((sum, { bytes }) => sum + bytes.length, snapshot?.bytes.length ?? 0);

    return this.#commits.submit(batch.durability === 'fsync' ? 'flushed' : 'committed', () => {
      const layout = this.#layout;
      const was = passFence(address, layout.room(address), fence);
      const head = advance(address, was, entries);
      if (snapshot !== undefined) passSnapshot(address, head, snapshot.seq);
      const older = blankedIn(layout, address, blank, covered);
      return () => {
        for (const { seq, bytes } of [...older, ...added]) layout.putEntry(address, seq, bytes);
        if (snapshot !== undefined && covered >= was.saved) layout.putSnapshot(address, snapshot.bytes);
        layout.putRoom(address, was, rowOf(head, Math.max(was.saved, covered), deadline));
        return size;
      };
    });
  }

  async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    const layout = await this.#open();
    const after = range.after ?? -1;
    const before = Math.min(range.before ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    if (range.limit <= 0) return [];
    if (range.reverse !== true) {
      const from = layout.entryAt(address, after + 1)?.seq ?? after + 1;
      return Array.from(layout.entries(address, from, before, range.limit));
    }
    const found: Entry[] = [];
    for (const entry of layout.entriesDown(address, before, range.limit)) {
      if (entry.last <= after) break;
      found.push(entry);
    }
    return found;
  }

  async saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void> {
    this.#refuseIfClosed();
    const { seq } = snapshot;
    const bytes = encoded(address, snapshot);
    return this.#commits.submit('flushed', () => {
      const layout = this.#layout;
      const was = passFence(address, layout.room(address), fence);
      passSnapshot(address, was, seq);
      const saved = Math.max(was.saved, seq);
      const spent: Entry[] = [];
      for (const entry of layout.entries(address, 0, saved + 1, TRIM_AT_MOST)) {
        if (!isSpent(entry, saved, keep)) break;
        spent.push(entry);
      }
      const newest = spent.at(-1);
      const lineage = newest && lineageFrom(layout.lineage(address), newest.last + 1);
      return () => {
        for (const entry of spent) layout.removeEntry(address, entry.seq);
        if (lineage !== undefined) layout.putLineage(address, lineage);
        if (seq >= was.saved) layout.putSnapshot(address, bytes);
        layout.putRoom(address, was, rowOf(was, saved, deadline));
      };
    });
  }

  async due(before: number, limit: number): Promise<readonly Due[]> {
    if (limit <= 0) return [];
    return Array.from((await this.#open()).dueKeys(before, limit), ([at, address]) => ({ address, at }));
  }

  async list(kind: string, limit: number, cursor = ''): Promise<readonly string[]> {
    if (limit <= 0) return [];
    const addresses = (await this.#open()).addresses(kind, cursor, limit);
    return Array.from(addresses, (address) => address.slice(kind.length + 1));
  }

  async check(): Promise<void> {
    this.#refuseIfClosed();
    return this.#commits.submit('flushed', () => () => this.#layout.putProbe());
  }

  /** Waits for the writes under way and gives the directory back. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commits.stop('It was closed.');
    try {
      await this.#environment.close();
    } finally {
      this.#unlock();
    }
  }

  async #reopen(): Promise<void> {
    try {
      await this.#environment.reopen();
      this.#layout = new Layout(this.#environment, this.#dir);
    } catch (cause) {
      throw new StoreRefusedError('The store cannot be opened again.', { cause });
    }
  }

  /** For readers: what is there. */
  async #open(): Promise<Layout> {
    this.#refuseIfClosed();
    await this.#reopening;
    return this.#layout;
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw new StoreRefusedError('The store is closed.');
  }
}

const rowOf = (head: Head, saved: number, deadline: number | undefined): RoomRow => ({
  epoch: head.epoch,
  owner: head.owner,
  seq: head.seq,
  index: head.index,
  saved,
  ...(deadline !== undefined && { deadline }),
});

/** Entries of the log that the redaction changes, as they are to be written. */
function blankedIn(
  layout: Layout,
  address: string,
  blank: ReadonlySet<number>,
  covered: number,
): { readonly seq: number; readonly bytes: Buffer }[] {
  const found = new Map<number, Entry>();
  for (const position of blank) {
    const entry = layout.entryAt(address, position);
    if (entry !== undefined) found.set(entry.seq, entry);
  }
  return Array.from(found.values(), (entry) => ({
    seq: entry.seq,
    bytes: encoded(address, redacted(entry, blank, covered)),
  }));
}

/** @throws StoreRefusedError when the value is not plain data. */
function encoded(address: string, value: Entry | Snapshot): Buffer {
  try {
    return encodeValue(value);
  } catch (error) {
    throw new StoreRefusedError(`${address}: what is to be kept is not plain data.`, { cause: error });
  }
}
