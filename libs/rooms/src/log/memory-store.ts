import { FencedError, StoreRefusedError } from '../errors.js';
import type { Entry } from './entry.js';
import { advance, barrierAfter, headAt, passFence, passSnapshot, type Head } from './head.js';
import { plainCopy, type Weight } from './plain-copy.js';
import { redacted } from './redaction.js';
import { isSpent, lineageFrom } from './retention.js';
import type { Batch, Claim, Due, Fence, Lineage, ReadRange, Retention, RoomStore, Snapshot } from './store.js';

interface Kept {
  head: Head;
  lineage: readonly Lineage[];
  /** Without a hole, so that a binary search by position finds any. */
  entries: Entry[];
  snapshot: Snapshot | undefined;
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
    entries.push(plainCopy(barrier));
    this.#rooms.set(address, { snapshot: room?.snapshot, deadline: room?.deadline, head, lineage, entries });
    const claim = { epoch: barrier.epoch, barrier, lineage: plainCopy(lineage) };
    return room?.snapshot === undefined ? claim : { ...claim, snapshot: plainCopy(room.snapshot) };
  }

  /** Rooms begin above that epoch from now on. */
  pass(epoch: number): void {
    this.#forgotten = Math.max(this.#forgotten, epoch);
  }

  async append(address: string, fence: Fence, batch: Batch): Promise<number> {
    const room = this.#owned(address, fence);
    const head = advance(address, room.head, batch.entries);
    if (batch.snapshot !== undefined) passSnapshot(address, head, batch.snapshot.seq);
    const weight: Weight = { bytes: 0 };
    const { entries, snapshot } = copied(address, { entries: batch.entries, snapshot: batch.snapshot }, weight);
    room.entries.push(...entries);
    if (batch.redact !== undefined) this.#redact(room, new Set(batch.redact), snapshot?.seq ?? 0);
    Object.assign(room, { head, deadline: batch.deadline, snapshot: newer(room.snapshot, snapshot) });
    return weight.bytes;
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
    return picked.map((entry) => plainCopy(entry));
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
    const saved = newer(room.snapshot, copied(address, snapshot));
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

  async check(): Promise<void> {}

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

  #redact({ entries }: Kept, positions: ReadonlySet<number>, covered: number): void {
    for (const position of positions) {
      const i = indexAbove(entries, position - 1);
      const entry = entries[i];
      if (entry !== undefined) entries[i] = redacted(entry, positions, covered);
    }
  }
}

/** @throws StoreRefusedError when the value is not plain data. */
const copied = <T>(address: string, value: T, weight?: Weight): T => {
  try {
    return plainCopy(value, weight);
  } catch (error) {
    throw new StoreRefusedError(`${address}: what is to be kept is not plain data.`, { cause: error });
  }
};

/** The one that includes more; the second when they are equal. */
const newer = (saved: Kept['snapshot'], next: Kept['snapshot']): Kept['snapshot'] =>
  saved !== undefined && (next === undefined || next.seq < saved.seq) ? saved : next;

const indexAbove = (entries: readonly Entry[], position: number): number => lowest(entries, (e) => e.last > position);
const indexFrom = (entries: readonly Entry[], position: number): number => lowest(entries, (e) => e.seq >= position);

/** Binary search: the lowest index at which `holds`, which holds from there on; the length when nowhere. */
function lowest(entries: readonly Entry[], holds: (entry: Entry) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
