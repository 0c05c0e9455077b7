import type { Position } from '@greenroom/protocol';
import { decodeValue } from '@greenroom/protocol/values';
import {
  FencedError,
  redacted,
  StoreRefusedError,
  type Batch,
  type Claim,
  type Due,
  type Entry,
  type Fence,
  type Lineage,
  type PublishedTurn,
  type ReadRange,
  type Retention,
  type RoomStore,
  type Snapshot,
} from '@greenroom/rooms';
import { RefusedError, texts, type Argument, type Sender } from '../connection.js';
import { SHARDS, type Keys } from '../keys.js';
import type { Span } from '../feed/message.js';
import { positionOf, Positions } from '../feed/positions.js';
import { pack, packBatch, type PackedBatch } from './packed-batch.js';
import { decodeRow, encodeRow, type Row } from './row.js';
import { storeScripts, type StoreScripts } from './scripts.js';

/** More than most turns write: where it finds room, they do. */
const PROBE = Buffer.alloc(16 * 1024);

export interface StoreHooks {
  /** Before the claim is known to whoever asked for it. */
  onClaimed(address: string, span: Span): void;
  /** Before the append is: the nodes that listen have been told of the turn. */
  onTold(turn: PublishedTurn): void;
  /** The room has an owner that its writer did not know of. */
  onFenced(address: string): void;
  /** Everything under way has been answered. */
  release(): Promise<void>;
}

/**
 * Keeps rooms on Redis. Each write of a room is one script: it compares the fence, writes, and tells the nodes that
 * listen, or does nothing. It is acknowledged when the server has answered: how durable it is then is the server's
 * `appendfsync`, see README.md.
 */
export class RedisRoomStore implements RoomStore {
  readonly isShared = true;
  readonly #scripts: StoreScripts;
  readonly #positions: Positions;
  /** Rooms whose log is being read for what is to be blanked in it: what follows waits, to stay in order. */
  readonly #redacting = new Map<string, Promise<unknown>>();
  readonly #writes = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly redis: Sender,
    private readonly keys: Keys,
    private readonly hooks: StoreHooks,
    /** Answers when a write may be acknowledged. */
    private readonly writes: Sender = redis,
  ) {
    this.#scripts = storeScripts(redis, writes);
    this.#positions = new Positions(redis);
  }

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const { keys } = this;
    const found = await this.#write(() =>
      this.#scripts.claim(
        [keys.room(address), keys.log(address), keys.snapshot(address), keys.rooms(address)],
        [owner, at, create ? '1' : '0', address.slice(address.indexOf('/') + 1), keys.feed(address)],
      ),
    );
    if (!Array.isArray(found)) return undefined;
    const [epoch, row, lineage, snapshot] = found as [Buffer, Buffer, Buffer, Buffer | null];
    const barrier = decodeRow(row).entry;
    this.hooks.onClaimed(address, { epoch: barrier.epoch, after: barrier.seq - 1, to: barrier.last });
    return {
      epoch: Number(epoch),
      barrier,
      lineage: lineageOf(lineage.toString()),
      ...(snapshot !== null && { snapshot: decodeValue(snapshot) as Snapshot }),
    };
  }

  async append(address: string, fence: Fence, batch: Batch): Promise<number> {
    if (batch.durability === 'memory') {
      await this.#passFence(address, fence);
      return 0;
    }
    const first = batch.entries[0]?.seq ?? Infinity;
    let packed: PackedBatch;
    try {
      // Before the first wait: what the caller does with it then is their affair.
      packed = packBatch(address, fence, batch, this.keys.feed(address));
    } catch (error) {
      await this.#passFence(address, fence);
      throw error;
    }
    const blank = new Set(batch.redact);
    const covered = batch.snapshot?.seq ?? 0;
    const send = (older: readonly Argument[]) => this.#append(address, [...packed.head, ...packed.rows, ...older]);
    const redacting = this.#redacting.get(address);
    if (blank.size === 0 && redacting === undefined) await send([]);
    else await this.#inOrder(address, redacting, async () => send(await this.#blanked(address, blank, covered, first)));
    if (batch.published !== undefined && batch.entries.length > 0) this.hooks.onTold(batch.published);
    return packed.bytes;
  }

  async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    return (await this.rows(address, range)).map(({ entry }) => entry);
  }

  /** What `read` has, with what was told of it. */
  async rows(address: string, { after, before, limit, reverse }: ReadRange): Promise<readonly Row[]> {
    this.#refuseIfClosed();
    if (limit <= 0) return [];
    const to = before === undefined || before === Infinity ? 'inf' : before;
    const args = [after ?? -1, to, limit, reverse === true ? '1' : '0'];
    return ((await this.#scripts.read([this.keys.log(address)], args)) as Buffer[]).map(decodeRow);
  }

  async saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void> {
    const saved = pack(address, snapshot);
    const reply = await this.#write(() =>
      this.#scripts.save(this.#written(address), [
        fence.epoch,
        fence.owner,
        address,
        deadline ?? '',
        snapshot.seq,
        saved,
        finite(keep.index),
        finite(keep.seq),
        finite(keep.after),
      ]),
    );
    this.#pass(address, reply);
  }

  async due(before: number, limit: number): Promise<readonly Due[]> {
    this.#refuseIfClosed();
    if (limit <= 0) return [];
    const until = before === Infinity ? '+inf' : before;
    const found = await inEveryShard((shard) =>
      this.redis.send('ZRANGEBYSCORE', this.keys.dueIn(shard), '-inf', until, 'WITHSCORES', 'LIMIT', 0, limit),
    );
    const due = found.flatMap((flat) =>
      flat.flatMap((address, i) => (i % 2 === 0 ? [{ address, at: Number(flat[i + 1]) }] : [])),
    );
    return due.sort((a, b) => a.at - b.at || (a.address < b.address ? -1 : 1)).slice(0, limit);
  }

  async list(kind: string, limit: number, cursor?: string): Promise<readonly string[]> {
    this.#refuseIfClosed();
    if (limit <= 0) return [];
    const from = cursor === undefined ? '-' : `(${cursor}`;
    const found = await inEveryShard((shard) =>
      this.redis.send('ZRANGEBYLEX', this.keys.roomsIn(shard, kind), from, '+', 'LIMIT', 0, limit),
    );
    return found.flat().sort().slice(0, limit);
  }

  async check(): Promise<void> {
    await this.#write(() => inEveryShard((shard) => this.writes.send('SET', this.keys.probeIn(shard), PROBE)));
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  head(address: string): Promise<Position | undefined> {
    return this.latest(address);
  }

  /** The last position of the room's log. */
  async latest(address: string): Promise<Position | undefined> {
    return positionOf(await this.redis.send('HMGET', this.keys.room(address), 'epoch', 'seq'));
  }

  latestOf(addresses: readonly string[]): readonly Promise<Position | undefined>[] {
    return this.#positions.of(addresses.map((address) => this.keys.room(address)));
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#writes, ...this.#redacting.values()]);
    await this.hooks.release();
  }

  async #append(address: string, args: readonly Argument[]): Promise<void> {
    this.#pass(address, await this.#write(() => this.#scripts.append(this.#written(address), args)));
  }

  /** Rows of the log that the redaction changes, as they are to be written: each behind its `seq`. */
  async #blanked(
    address: string,
    blank: ReadonlySet<number>,
    covered: number,
    first: number,
  ): Promise<readonly Argument[]> {
    const found = new Map<number, Row>();
    for (const position of blank) {
      if (position >= first) continue;
      const [row] = await this.rows(address, { after: position - 1, before: position + 1, limit: 1 });
      if (row !== undefined) found.set(row.entry.seq, row);
    }
    return Array.from(found.values()).flatMap(({ entry, told }): Argument[] => {
      const row = { entry: redacted(entry, blank, covered), told };
      return [entry.seq, encodeRow(row)];
    });
  }

  async #inOrder(address: string, last: Promise<unknown> | undefined, work: () => Promise<void>): Promise<void> {
    const done = (last ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    this.#redacting.set(address, settled);
    try {
      await done;
    } finally {
      if (this.#redacting.get(address) === settled) this.#redacting.delete(address);
    }
  }

  #written(address: string): string[] {
    const { keys } = this;
    return [keys.room(address), keys.log(address), keys.snapshot(address), keys.due(address)];
  }

  /** @throws FencedError */
  async #passFence(address: string, fence: Fence): Promise<void> {
    this.#refuseIfClosed();
    const [epoch, owner] = texts(await this.redis.send('HMGET', this.keys.room(address), 'epoch', 'owner'));
    if (epoch !== String(fence.epoch) || owner !== fence.owner) this.#pass(address, 'FENCED');
  }

  /** @throws FencedError, StoreRefusedError */
  #pass(address: string, reply: unknown): void {
    const said = String(reply);
    if (said === 'OK') return;
    if (said === 'FENCED') {
      this.hooks.onFenced(address);
      throw new FencedError(address);
    }
    const why = said === 'AHEAD' ? 'a snapshot is beyond the head' : `a batch does not follow the head: ${said}`;
    throw new StoreRefusedError(`${address}: ${why}.`);
  }

  /** What the server refused was not done; what was not answered may be. */
  async #write<T>(send: () => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    const writing = send();
    this.#writes.add(writing);
    try {
      return await writing;
    } catch (error) {
      if (error instanceof RefusedError) throw new StoreRefusedError('Redis refused the write.', { cause: error });
      throw error;
    } finally {
      this.#writes.delete(writing);
    }
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw new StoreRefusedError('The store is closed.');
  }
}

/** Lists of strings, of each shard. */
const inEveryShard = async (ask: (shard: number) => Promise<unknown>): Promise<string[][]> => {
  const replies = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => ask(shard)));
  return replies.map((reply) => texts(reply).filter((each) => each !== undefined));
};

const lineageOf = (text: string): Lineage[] =>
  text.split(' ').map((each) => {
    const [epoch, base] = each.split(':');
    return { epoch: Number(epoch), base: Number(base) };
  });

/** Lua knows no infinity by the name that JavaScript gives it. */
const finite = (bound: number): number => Math.min(bound, Number.MAX_SAFE_INTEGER);
