import { decodeValue, encodeValue } from '@greenroom/protocol/values';
import type { Entry, Head, Lineage, Snapshot } from '@greenroom/rooms';
import type { Database } from 'lmdb';
import { DataDirError } from './data-dir.js';
import type { Environment } from './environment.js';

/** Raised whenever what is below changes so that an older Greenroom would misread it. */
const FORMAT = 1;

/** After every string in LMDB's order that an address can be. */
const LAST = '\uffff';
const PRESENT = Buffer.from([1]);
/** More than most turns write: where it finds room, they do. */
const PROBE = Buffer.alloc(64 * 1024);

/** What is kept of a room beside its entries, in one small row, so that an append reads and writes nothing else of it. */
export interface RoomRow extends Head {
  /** Milliseconds since 1970. */
  readonly deadline?: number;
  /** The last position that the snapshot includes; 0: none. */
  readonly saved: number;
}

/**
 * What is where, in MessagePack: `log` [address, seq] -> Entry, `rooms` address -> RoomRow, `due` [deadline, address],
 * `snapshots` address -> Snapshot, `lineages` address -> Lineage[], `about` 'format' -> number, 'probe' -> bytes of no meaning. Keys in lmdb's own
 * order-keeping encoding: at most 1978 bytes, and an address has at most 129.
 */
export class Layout {
  readonly #about: Database<Buffer, string>;
  readonly #log: Database<Buffer, [string, number]>;
  readonly #rooms: Database<Buffer, string>;
  readonly #due: Database<Buffer, [number, string]>;
  readonly #snapshots: Database<Buffer, string>;
  readonly #lineages: Database<Buffer, string>;

  /** @throws DataDirError when a later Greenroom wrote the data. */
  constructor(environment: Environment, dir: string) {
    const { root } = environment;
    this.#about = root.openDB('about', { encoding: 'binary' });
    checkFormat(this.#about, dir);
    this.#log = root.openDB('log', { encoding: 'binary' });
    this.#rooms = root.openDB('rooms', { encoding: 'binary' });
    this.#due = root.openDB('due', { encoding: 'binary' });
    this.#snapshots = root.openDB('snapshots', { encoding: 'binary' });
    this.#lineages = root.openDB('lineages', { encoding: 'binary' });
  }

  room(address: string): RoomRow | undefined {
    return read(this.#rooms.get(address)) as RoomRow | undefined;
  }

  /** Keeps the index of deadlines in step. */
  putRoom(address: string, was: RoomRow | undefined, row: RoomRow): void {
    if (was?.deadline !== row.deadline) {
      if (was?.deadline !== undefined) void this.#due.remove([was.deadline, address]);
      if (row.deadline !== undefined) void this.#due.put([row.deadline, address], PRESENT);
    }
    void this.#rooms.put(address, encodeValue(row));
  }

  putEntry(address: string, seq: number, encoded: Buffer): void {
    void this.#log.put([address, seq], encoded);
  }

  removeEntry(address: string, seq: number): void {
    void this.#log.remove([address, seq]);
  }

  /** Entries whose `seq` is from `from` (inclusive) up to `to` (exclusive). */
  *entries(address: string, from: number, to: number, limit: number): Generator<Entry> {
    const start: [string, number] = [address, from];
    const end: [string, number] = [address, to];
    for (const { value } of this.#log.getRange({ start, end, limit })) yield decodeValue(value) as Entry;
  }

  /** Entries whose `seq` is below `before`, from the newest down. */
  *entriesDown(address: string, before: number, limit: number): Generator<Entry> {
    const start: [string, number] = [address, before];
    const end: [string, number] = [address, -1];
    for (const { value } of this.#log.getRange({ start, end, exclusiveStart: true, limit, reverse: true })) {
      yield decodeValue(value) as Entry;
    }
  }

  /** The entry that takes this position, if it is kept. */
  entryAt(address: string, position: number): Entry | undefined {
    const [entry] = this.entriesDown(address, position + 1, 1);
    return entry !== undefined && entry.last >= position ? entry : undefined;
  }

  snapshot(address: string): Snapshot | undefined {
    return read(this.#snapshots.get(address)) as Snapshot | undefined;
  }

  putSnapshot(address: string, encoded: Buffer): void {
    void this.#snapshots.put(address, encoded);
  }

  lineage(address: string): readonly Lineage[] {
    return (read(this.#lineages.get(address)) as readonly Lineage[] | undefined) ?? [];
  }

  putLineage(address: string, lineage: readonly Lineage[]): void {
    void this.#lineages.put(address, encodeValue(lineage));
  }

  /** Takes new pages each time, as any other write does. */
  putProbe(): void {
    void this.#about.put('probe', PROBE);
  }

  /** Deadlines at or before `before`, earliest first. */
  dueKeys(before: number, limit: number): Iterable<[number, string]> {
    return this.#due.getKeys({ end: [before, LAST], limit });
  }

  /** Addresses of a kind above `after`, in order. */
  addresses(kind: string, after: string, limit: number): Iterable<string> {
    // '0' is the character after '/'.
    return this.#rooms.getKeys({ start: `${kind}/${after}`, exclusiveStart: true, end: `${kind}0`, limit });
  }
}

const read = (bytes: Buffer | undefined): unknown => (bytes === undefined ? undefined : decodeValue(bytes));

function checkFormat(about: Database<Buffer, string>, dir: string): void {
  const format = read(about.get('format'));
  if (format === undefined) about.putSync('format', encodeValue(FORMAT));
  else if (format !== FORMAT) {
    throw new DataDirError(
      `${dir} holds data of format ${JSON.stringify(format)}; this Greenroom reads format ${FORMAT}.`,
    );
  }
}
