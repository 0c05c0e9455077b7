import { deserialize, serialize } from 'node:v8';
import { FencedError, StoreRefusedError } from '../errors.js';
import type { Entry } from './entry.js';
import { advance, barrierAfter, headAt, passFence, passSnapshot, type Head } from './head.js';
import { redacted } from './redaction.js';
import { isSpent, lineageFrom } from './retention.js';
import type { Batch, Claim, Due, Fence, Lineage, ReadRange, Retention, RoomStore, Snapshot } from './store.js';

/** An entry as bytes, which are read when somebody asks for it: most are let go of unread. */
interface KeptEntry extends Pick<Entry, 'seq' | 'last' | 'index' | 'at'> {
  readonly bytes: Buffer;
}

interface Kept {
  head: Head;
  lineage: readonly Lineage[];
  /** Without a hole, so that a binary search by position finds any. */
  entries: KeptEntry[];
  snapshot: { readonly seq: number; readonly bytes: Buffer } | undefined;
  deadline: number | undefined;
}

/**
 * Keeps rooms in memory, for as long as the instance lives; closing it loses nothing. What goes in and what comes out
 * are copies. All durabilities are the same to it. `due` and `list` look at every room: meant for tests, for one
 * node's trials, and for rooms of durability `memory`.
 */
export class MemoryRoomStore implements RoomStore {
  readonly #rooms = new Map<string, Kept>();
  /** The highest epoch of any room forgotten: none is ever given out again. */
  #forgotten = 0;

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const room = this.#rooms.get(address);
    if (room === undefined && !create) return undefined;
    const barrier = barrierAfter(room?.head, owner, at, room === undefined ? this.#forgotten + 1 : at);
    const lineage = [...(room?.lineage ?? []), { epoch: barrier.epoch, base: barrier.seq }];
    const head = headAt(barrier, owner);
    const entries = room?.entries ?? [];
    entries.push(kept(address, barrier));
    this.#rooms.set(address, { snapshot: room?.snapshot, deadline: room?.deadline, head, lineage, entries });
    const claim = { epoch: barrier.epoch, barrier: structuredClone(barrier), lineage: structuredClone(lineage) };
    return room?.snapshot === undefined ? claim : { ...claim, snapshot: opened<Snapshot>(room.snapshot) };
  }

  async append(address: string, fence: Fence, batch: Batch): Promise<number> {
    const room = this.#owned(address, fence);
    const head = advance(address, room.head, batch.entries);
    if (batch.snapshot !== undefined) passSnapshot(address, head, batch.snapshot.seq);
    const added = batch.entries.map((entry) => kept(address, entry));
    const saved = batch.snapshot && savedBytes(address, batch.snapshot);
    room.entries.push(...added);
    if (batch.redact !== undefined) this.#redact(address, room, new Set(batch.redact), saved?.seq ?? 0);
    Object.assign(room, { head, deadline: batch.deadline, snapshot: newer(room.snapshot, saved) });
    return added.reduce((sum, { bytes }) => sum + bytes.length, saved?.bytes.length ?? 0);
  }

  async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    const entries = this.#rooms.get(address)?.entries ?? [];
    const start = range.after === undefined ? 0 : indexAbove(entries, range.after);
    const end = range.before === undefined ? entries.length : indexFrom(entries, range.before);
    const limit = Math.max(0, range.limit);
    const picked =
      range.reverse === true
        ? entries.slice(Math.max(start, end - limit), Math.max(start, end)).reverse()
        : entries.slice(start, Math.min(end, start + limit));
    return picked.map((entry) => opened<Entry>(entry));
  }

  async saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void> {
    const room = this.#owned(address, fence);
    passSnapshot(address, room.head, snapshot.seq);
    const saved = newer(room.snapshot, savedBytes(address, snapshot));
    const first = room.entries.findIndex((entry) => !isSpent(entry, saved?.seq ?? 0, keep));
    room.entries.splice(0, first === -1 ? room.entries.length : first);
    const lineage = lineageFrom(room.lineage, room.entries[0]?.seq ?? room.head.seq + 1);
    Object.assign(room, { snapshot: saved, deadline, lineage });
  }

  async due(before: number, limit: number): Promise<readonly Due[]> {
    const found: Due[] = [];
    for (const [address, { deadline }] of this.#rooms) {
      if (deadline !== undefined && deadline <= before) found.push({ address, at: deadline });
    }
    return found.sort((a, b) => a.at - b.at || (a.address < b.address ? -1 : 1)).slice(0, Math.max(0, limit));
  }

  async list(kind: string, limit: number, cursor = ''): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const address of this.#rooms.keys()) {
      const id = address.slice(kind.length + 1);
      if (address.startsWith(`${kind}/`) && id > cursor) ids.push(id);
    }
    return ids.sort().slice(0, Math.max(0, limit));
  }

  async close(): Promise<void> {}

  /** Lets go of a room and all it kept, as if it had never been; its epochs are not given out again. */
  forget(address: string): void {
    this.#forgotten = Math.max(this.#forgotten, this.#rooms.get(address)?.head.epoch ?? 0);
    this.#rooms.delete(address);
  }

  #owned(address: string, fence: Fence): Kept {
    const room = this.#rooms.get(address);
    if (room === undefined) throw new FencedError(address);
    passFence(address, room.head, fence);
    return room;
  }

  #redact(address: string, { entries }: Kept, positions: ReadonlySet<number>, covered: number): void {
    for (const position of positions) {
      const i = indexAbove(entries, position - 1);
      const entry = entries[i];
      if (entry !== undefined) entries[i] = kept(address, redacted(opened<Entry>(entry), positions, covered));
    }
  }
}

/** @throws StoreRefusedError when the value is not plain data. */
const bytesOf = (address: string, value: Entry | Snapshot): Buffer => {
  try {
    return serialize(value);
  } catch (error) {
    throw new StoreRefusedError(`${address}: what is to be kept is not plain data.`, { cause: error });
  }
};

const kept = (address: string, entry: Entry): KeptEntry => {
  const { seq, last, index, at } = entry;
  return { seq, last, index, at, bytes: bytesOf(address, entry) };
};

const savedBytes = (address: string, snapshot: Snapshot): NonNullable<Kept['snapshot']> => ({
  seq: snapshot.seq,
  bytes: bytesOf(address, snapshot),
});

/** Bytes inside the value are views of those it is read from, so it gets its own. */
const opened = <T extends Entry | Snapshot>({ bytes }: { readonly bytes: Buffer }): T =>
  deserialize(Buffer.from(bytes)) as T;

/** The one that includes more; the second when they are equal. */
const newer = (saved: Kept['snapshot'], next: Kept['snapshot']): Kept['snapshot'] =>
  saved !== undefined && (next === undefined || next.seq < saved.seq) ? saved : next;

const indexAbove = (entries: readonly KeptEntry[], position: number): number =>
  lowest(entries, (e) => e.last > position);
const indexFrom = (entries: readonly KeptEntry[], position: number): number =>
  lowest(entries, (e) => e.seq >= position);

/** Binary search: the lowest index at which `holds`, which holds from there on; the length when nowhere. */
function lowest(entries: readonly KeptEntry[], holds: (entry: KeptEntry) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
