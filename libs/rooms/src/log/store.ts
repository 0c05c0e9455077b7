import type { PublishedTurn } from '../feed/feed.js';
import type { Entry } from './entry.js';

/** How much an acknowledged command survives. `fsync`: power loss. `commit`: the process. `memory`: nothing. */
export type Durability = 'fsync' | 'commit' | 'memory';

/** Proves ownership to the store; compared inside every write. */
export interface Fence {
  readonly epoch: number;
  readonly owner: string;
}

/** An epoch of a room's life: it began with the barrier at `base` and lasted until the next one's base. */
export interface Lineage {
  readonly epoch: number;
  readonly base: number;
}

/** A room's saved state. `state` is plain data (JSON values and `Uint8Array`); the store does not look into it. */
export interface Snapshot {
  /** The last position it includes. */
  readonly seq: number;
  readonly state: unknown;
}

export interface Claim {
  /** Greater than every earlier epoch of the room, and at least the wall time of the claim. */
  readonly epoch: number;
  /** The barrier that the claim wrote; its `seq` is the head of the log. */
  readonly barrier: Entry;
  /** Oldest first, the new epoch last; epochs of which no entry is kept may be left out. */
  readonly lineage: readonly Lineage[];
  /** The newest saved state, if any. */
  readonly snapshot?: Snapshot;
}

export interface Batch {
  /** In order, the first one's `seq` right after the head of the log. */
  readonly entries: readonly Entry[];
  readonly durability: Durability;
  /** When the room next wants to be woken (milliseconds since 1970); `undefined`: never. Replaces the last one. */
  readonly deadline: number | undefined;
  /**
   * Positions of events to blank, in the log and in this batch: `data: null, redacted: true`. Where a snapshot includes
   * their entry, what the sender had given and was answered goes too. Those not kept any more are left out.
   */
  readonly redact?: readonly number[];
  /** Saved with the batch, in the same atomic write, so that no blanked entry is ever replayed. */
  readonly snapshot?: Snapshot;
  /**
   * What the nodes that have members are to hear of it. A store that reaches them itself tells them in the same atomic
   * write, and they hear of every committed turn, and of no other; with any other store that is the feed's to do.
   */
  readonly published?: PublishedTurn;
}

/** What is kept below a snapshot. An entry outside of any bound goes. */
export interface Retention {
  /** Entries whose `index` is below it go. */
  readonly index: number;
  /** Entries whose `seq` is below it go: those without events count too. */
  readonly seq: number;
  /** Entries written before it (milliseconds since 1970) go. */
  readonly after: number;
}

export interface ReadRange {
  /** Entries whose `last` is above it. */
  readonly after?: number;
  /** Entries whose `seq` is below it. */
  readonly before?: number;
  /** At most so many. */
  readonly limit: number;
  /** `true`: from the newest down. Default: from the oldest up. */
  readonly reverse?: boolean;
}

export interface Due {
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Keeps each room's log and snapshot, and refuses every writer but the last to claim it. Addresses are `kind/id`.
 *
 * What is resolved is as durable as was asked. A write that rejects with {@link FencedError} or
 * {@link StoreRefusedError} wrote nothing; one that rejects with anything else may have been written.
 */
export interface RoomStore {
  /** Several processes may have it open, and each sees what the others write. Nodes that share rooms need one that is. @default false */
  readonly isShared?: boolean;
  /**
   * Takes a room over: seals the old epoch with a barrier entry, always synced. Concurrent claims: the later wins.
   * The room's deadline stays until an append or a snapshot replaces it.
   * @returns `undefined` when the room does not exist and `create` is false; then nothing was written.
   */
  claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined>;
  /**
   * Writes all of a batch or nothing.
   * @returns bytes written, roughly.
   * @throws FencedError when another claim came since. StoreRefusedError when the batch does not follow the head.
   */
  append(address: string, fence: Fence, batch: Batch): Promise<number>;
  /** Committed entries, in the order asked for; a room that does not exist has none. */
  read(address: string, range: ReadRange): Promise<readonly Entry[]>;
  /**
   * Replaces the saved state, unless the one saved is newer, and lets go of what retention does not keep: from the
   * oldest entry to the first to be kept, never above the snapshot.
   * @throws FencedError when another claim came since. StoreRefusedError when the snapshot is beyond the head.
   */
  saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void>;
  /** Rooms whose deadline is at or before `before`, earliest first. */
  due(before: number, limit: number): Promise<readonly Due[]>;
  /** Rooms of a kind that exist, by id, after `cursor`. */
  list(kind: string, limit: number, cursor?: string): Promise<readonly string[]>;
  /**
   * Makes sure that it takes writes, by one that belongs to no room, synced; a store that had to give up its files opens
   * them again. Rejects with what keeps it from writing.
   */
  check(): Promise<void>;
  /** Finishes what is under way and lets go of files and connections. */
  close(): Promise<void>;
}
