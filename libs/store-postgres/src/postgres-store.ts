import { decodeValue, encodeValue } from '@greenroom/protocol/values';
import {
  advance,
  FencedError,
  redacted,
  StoreRefusedError,
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
import type { Database, Row } from './database.js';
import { RoomQueue } from './room-queue.js';
import { bodyOf, entryOf } from './row.js';
import { statementsIn, type Statements } from './statements.js';

/** More than most turns write: where it finds room, they do. */
const PROBE = Buffer.alloc(16 * 1024);

/** `synchronous_commit` of a batch's transaction. */
const LEVELS = { fsync: 'on', commit: 'off' } as const;

/**
 * Keeps rooms on PostgreSQL. Each write of a room is one statement, which compares the fence and writes, or does nothing.
 * What the server has answered with a refusal was not done; what it has not answered may have been.
 */
export class PostgresRoomStore implements RoomStore {
  readonly isShared = true;
  readonly #sql: Statements;
  readonly #queue = new RoomQueue();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    schema: string,
  ) {
    this.#sql = statementsIn(schema);
  }

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const [row] = await this.#run(this.#sql.claim, [address, owner, at, create]);
    if (row === undefined) return undefined;
    const barrier = entryOf(row);
    const { epoch } = barrier;
    const taken = await this.#run(this.#sql.taken, [address, epoch]);
    const lineage = taken.map((each) => ({ epoch: Number(each['epoch']), base: Number(each['base']) }));
    const snapshot = snapshotOf(taken.at(-1));
    return { epoch, barrier, lineage, ...(snapshot !== undefined && { snapshot }) };
  }

  async append(address: string, fence: Fence, batch: Batch): Promise<number> {
    const { durability, deadline, snapshot } = batch;
    if (durability === 'memory') {
      await this.#passFence(address, fence);
      return 0;
    }
    const blank = new Set(batch.redact);
    const covered = snapshot?.seq ?? 0;
    const first = batch.entries[0]?.seq;
    let written: Written;
    try {
      // All that is written is copied before the first wait; what the caller does with it then is their affair.
      written = writtenOf(address, fence, batch);
    } catch (error) {
      await this.#passFence(address, fence);
      throw error;
    }
    await this.#inOrder(address, async () => {
      const older = await this.#blanked(address, blank, covered, first ?? Infinity);
      const place = [first ?? null, written.seq, written.index, snapshot?.seq ?? null, written.state];
      const values = [address, fence.epoch, fence.owner, deadline ?? null, ...place, LEVELS[durability]];
      const rows = await this.#run(this.#sql.append, [...values, ...written.columns, ...older]);
      if (rows.length === 0) await this.#refuse(address, fence);
    });
    return written.bytes;
  }

  async read(address: string, { after, before, limit, reverse }: ReadRange): Promise<readonly Entry[]> {
    if (limit <= 0) return [];
    const statement = reverse === true ? this.#sql.down : this.#sql.up;
    const rows = await this.#run(statement, [address, after ?? -1, finite(before ?? Infinity), finite(limit)]);
    return rows.map(entryOf);
  }

  async saveSnapshot(
    address: string,
    fence: Fence,
    snapshot: Snapshot,
    keep: Retention,
    deadline: number | undefined,
  ): Promise<void> {
    const state = plain(address, () => encodeValue(snapshot.state));
    const bounds = [finite(keep.index), finite(keep.seq), keep.after];
    const values = [address, fence.epoch, fence.owner, deadline ?? null, snapshot.seq, state, ...bounds];
    await this.#inOrder(address, async () => {
      const rows = await this.#run(this.#sql.save, values);
      if (rows.length === 0) await this.#refuse(address, fence);
    });
  }

  async due(before: number, limit: number): Promise<readonly Due[]> {
    if (limit <= 0) return [];
    const rows = await this.#run(this.#sql.due, [before, finite(limit)]);
    return rows.map((row) => ({ address: String(row['address']), at: Number(row['deadline']) }));
  }

  async list(kind: string, limit: number, cursor = ''): Promise<readonly string[]> {
    if (limit <= 0) return [];
    // '0' is the character after '/'.
    const rows = await this.#run(this.#sql.list, [`${kind}/${cursor}`, `${kind}0`, finite(limit)]);
    return rows.map((row) => String(row['address']).slice(kind.length + 1));
  }

  async check(): Promise<void> {
    await this.#run(this.#sql.probe, [PROBE]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.idle().then(() => this.database.close());
    return this.#closing;
  }

  /** The columns of older entries that the redaction changes: `seq`, body. */
  async #blanked(address: string, blank: ReadonlySet<number>, covered: number, first: number): Promise<unknown[]> {
    const positions = [...blank].filter((position) => position < first);
    if (positions.length === 0) return [[], []];
    const found = new Map<number, Entry>();
    for (const row of await this.#run(this.#sql.holding, [address, positions])) {
      const entry = entryOf(row);
      const blanked = redacted(entry, blank, covered);
      if (blanked !== entry) found.set(entry.seq, blanked);
    }
    return [[...found.keys()], [...found.values()].map(bodyOf)];
  }

  #inOrder(address: string, work: () => Promise<void>): Promise<void> {
    this.#refuseIfClosed();
    return this.#queue.run(address, work);
  }

  /** @throws FencedError */
  async #passFence(address: string, { epoch, owner }: Fence): Promise<Row> {
    this.#refuseIfClosed();
    const [head] = await this.#run(this.#sql.head, [address, epoch, owner]);
    if (head === undefined) throw new FencedError(address);
    return head;
  }

  /** Says why a statement has written nothing. */
  async #refuse(address: string, fence: Fence): Promise<never> {
    const head = await this.#passFence(address, fence);
    throw new StoreRefusedError(`${address}: what was to be written does not fit the head ${String(head['seq'])}.`);
  }

  #run(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.database.run(text, values);
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw new StoreRefusedError('The store is closed.');
  }
}

/** A batch as the statement takes it. */
interface Written {
  /** The head after it; `null`: as it is. */
  readonly seq: number | null;
  readonly index: number | null;
  readonly state: Buffer | null;
  /** `seq`, `last`, `index`, `at` and body of the entries. */
  readonly columns: readonly (readonly unknown[])[];
  readonly bytes: number;
}

/** @throws StoreRefusedError when the entries do not follow each other, or are not plain data. */
function writtenOf(address: string, fence: Fence, { entries, redact, snapshot }: Batch): Written {
  const first = entries[0]?.seq;
  const head = first === undefined ? undefined : advance(address, { ...fence, seq: first - 1, index: 0 }, entries);
  const blank = new Set(redact);
  return plain(address, () => {
    const state = snapshot === undefined ? null : encodeValue(snapshot.state);
    const bodies = entries.map((entry) => bodyOf(redacted(entry, blank, snapshot?.seq ?? 0)));
    const numbers = (['seq', 'last', 'index', 'at'] as const).map((key) => entries.map((entry) => entry[key]));
    const bytes = bodies.reduce((sum, { length }) => sum + length, state?.length ?? 0);
    return { seq: head?.seq ?? null, index: head?.index ?? null, state, columns: [...numbers, bodies], bytes };
  });
}

const snapshotOf = (row: Row | undefined): Snapshot | undefined =>
  row === undefined || row['seq'] === null
    ? undefined
    : { seq: Number(row['seq']), state: decodeValue(row['state'] as Buffer) };

/** The server's integers know no infinity. */
const finite = (bound: number): number => Math.min(bound, Number.MAX_SAFE_INTEGER);

/** @throws StoreRefusedError when a value is not plain data. */
function plain<T>(address: string, encoding: () => T): T {
  try {
    return encoding();
  } catch (error) {
    throw new StoreRefusedError(`${address}: what is to be kept is not plain data.`, { cause: error });
  }
}
