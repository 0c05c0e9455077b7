import type { Position } from '@greenroom/protocol';
import {
  FencedError,
  type Batch,
  type Claim,
  type Due,
  type Entry,
  type Fence,
  type ReadRange,
  type Retention,
  type RoomStore,
  type Snapshot,
} from '@greenroom/rooms';
import type { Heads } from '../feed/heads.js';
import type { Log } from '../feed/station.js';
import type { StoreHooks } from './redis-store.js';
import { toldOf, type Row, type Told } from './row.js';

/** An entry as it is kept: the last one of a turn has what was told of the turn, so that a hole is refilled with all of it. */
type Kept = Entry & { readonly told?: Told };

/** So many of the newest entries are heard once more by who begins to listen to a room of which Redis knows no head. */
const OVERLAP = 32;

/**
 * A store that knows nothing of nodes, for several of them: Redis carries what it keeps. It commits first and the feed tells
 * then, so what Redis says of a room can be behind its log, and never before it.
 */
export class KeptStore implements RoomStore, Log {
  #closing: Promise<void> | undefined;

  constructor(
    private readonly store: RoomStore,
    private readonly heads: Heads,
    private readonly hooks: Omit<StoreHooks, 'onTold'>,
  ) {}

  get isShared(): boolean {
    return this.store.isShared === true;
  }

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const claim = await this.store.claim(address, owner, at, create);
    if (claim === undefined) return undefined;
    const { epoch, seq, last } = claim.barrier;
    this.hooks.onClaimed(address, { epoch, after: seq - 1, to: last });
    return claim;
  }

  append(address: string, fence: Fence, batch: Batch): Promise<number> {
    return this.#heeding(address, () => this.store.append(address, fence, withTold(batch)));
  }

  async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    return (await this.rows(address, range)).map(({ entry }) => entry);
  }

  async rows(address: string, range: ReadRange): Promise<readonly Row[]> {
    const kept: readonly Kept[] = await this.store.read(address, range);
    return kept.map(({ told, ...entry }) => ({ entry, told }));
  }

  /** As Redis was told, so that it is asked in order with what the node asks of others; without Redis nobody is asked. */
  async head(address: string): Promise<Position | undefined> {
    return (await this.latest(address).catch(() => undefined)) ?? this.#lookUp(address);
  }

  latest(address: string): Promise<Position | undefined> {
    return this.heads.of(address);
  }

  latestOf(addresses: readonly string[]): readonly Promise<Position | undefined>[] {
    return this.heads.ofAll(addresses);
  }

  saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void> {
    return this.#heeding(address, () => this.store.saveSnapshot(address, fence, snapshot, keep, deadline));
  }

  due(before: number, limit: number): Promise<readonly Due[]> {
    return this.store.due(before, limit);
  }

  list(kind: string, limit: number, cursor?: string): Promise<readonly string[]> {
    return this.store.list(kind, limit, cursor);
  }

  check(): Promise<void> {
    return this.store.check();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.store.close();
    } finally {
      await this.hooks.release();
    }
  }

  /** The log may have gone on since it was asked for: who listens begins before its end, and hears some of it for nothing. */
  async #lookUp(address: string): Promise<Position | undefined> {
    const newest = await this.store.read(address, { limit: OVERLAP, reverse: true });
    const [first, last] = [newest.at(-1), newest[0]];
    if (first === undefined || last === undefined) return undefined;
    // Who asks next asks Redis alone, if it is there.
    await this.heads.raise(address, { epoch: last.epoch, to: last.last }).catch(() => undefined);
    return { epoch: first.epoch, seq: first.seq - 1 };
  }

  async #heeding<T>(address: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof FencedError) this.hooks.onFenced(address);
      throw error;
    }
  }
}

function withTold(batch: Batch): Batch {
  const { entries, published, durability } = batch;
  const last = entries.at(-1);
  if (last === undefined || published === undefined || durability === 'memory') return batch;
  const kept: Kept = { ...last, told: toldOf(published) };
  return { ...batch, entries: [...entries.slice(0, -1), kept] };
}
