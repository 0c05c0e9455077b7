import { describe, expect, it } from '@jest/globals';
import {
  MemoryRoomStore,
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
import { roomStoreChecks, type RoomStoreHarness } from './index.js';

/** Titles of the checks that the store behind the harness does not pass, of those whose title matches. */
async function failing(harness: () => RoomStoreHarness, which = /./): Promise<readonly string[]> {
  const titles: string[] = [];
  const checks = [...roomStoreChecks(harness()).values()].flat();
  for (const check of checks.filter(({ title }) => which.test(title))) {
    const fresh = harness();
    await check.run(fresh).catch(() => titles.push(check.title));
    await fresh.close();
  }
  return titles;
}

const inMemory = (store: RoomStore): RoomStoreHarness => ({
  open: async () => store,
  reopen: async () => store,
  close: () => store.close(),
});

type Write = (store: RoomStore) => Promise<unknown>;

/** A store on a disk with a cache: writes are in the cache first, and a crash leaves only what was synced. */
class DiskStore implements RoomStore {
  readonly #memory = new MemoryRoomStore();
  #cache: Write[] = [];

  constructor(
    private readonly disk: Write[],
    private readonly syncsBeforeAck: boolean,
  ) {}

  async load(): Promise<this> {
    for (const write of this.disk) await write(this.#memory);
    return this;
  }

  async #write<T>(write: (store: RoomStore) => Promise<T>): Promise<T> {
    const result = await write(this.#memory);
    this.#cache.push(write);
    if (this.syncsBeforeAck) this.#sync();
    return result;
  }

  #sync(): void {
    this.disk.push(...this.#cache.splice(0));
  }

  claim(...args: Parameters<RoomStore['claim']>): Promise<Claim | undefined> {
    return this.#write((store) => store.claim(...args));
  }
  append(address: string, fence: Fence, batch: Batch): Promise<number> {
    const kept = { ...batch, entries: [...batch.entries] };
    return this.#write((store) => store.append(address, fence, kept));
  }
  saveSnapshot(...args: Parameters<RoomStore['saveSnapshot']>): Promise<void> {
    return this.#write((store) => store.saveSnapshot(...args));
  }
  read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    return this.#memory.read(address, range);
  }
  due(before: number, limit: number): Promise<readonly Due[]> {
    return this.#memory.due(before, limit);
  }
  list(kind: string, limit: number, cursor?: string): Promise<readonly string[]> {
    return this.#memory.list(kind, limit, cursor);
  }
  async check(): Promise<void> {
    this.#sync();
  }
  async close(): Promise<void> {
    this.#sync();
  }
}

function onDisk(syncsBeforeAck: boolean): RoomStoreHarness {
  const disk: Write[] = [];
  let store = new DiskStore(disk, syncsBeforeAck);
  const load = async (): Promise<RoomStore> => (store = await new DiskStore(disk, syncsBeforeAck).load());
  return {
    open: async () => store,
    async reopen() {
      await store.close();
      return load();
    },
    crash: load,
    close: () => store.close(),
  };
}

/** Knows whose each room is, so that a fence can be got round. */
class Unfenced extends MemoryRoomStore {
  readonly #latest = new Map<string, Fence>();

  override async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const claim = await super.claim(address, owner, at, create);
    if (claim !== undefined) this.#latest.set(address, { epoch: claim.epoch, owner });
    return claim;
  }
  protected latest(address: string, fence: Fence): Fence {
    return this.#latest.get(address) ?? fence;
  }
}

const BROKEN: readonly (readonly [what: string, store: () => RoomStore, caught: RegExp])[] = [
  [
    'appends whatever the fence',
    () =>
      new (class extends Unfenced {
        override append(address: string, fence: Fence, batch: Batch): Promise<number> {
          const latest = this.latest(address, fence);
          const entries = batch.entries.map((entry) =>
            entry.epoch === fence.epoch ? { ...entry, epoch: latest.epoch } : entry,
          );
          return super.append(address, latest, { ...batch, entries });
        }
      })(),
    /an append after another's claim is refused/,
  ],
  [
    'compares the epoch and not the owner',
    () =>
      new (class extends Unfenced {
        override append(address: string, { epoch, owner }: Fence, batch: Batch): Promise<number> {
          return super.append(address, { epoch, owner: this.latest(address, { epoch, owner }).owner }, batch);
        }
      })(),
    /right epoch but another owner/,
  ],
  [
    'saves snapshots whatever the fence',
    () =>
      new (class extends Unfenced {
        override saveSnapshot(
          address: string,
          fence: Fence,
          snapshot: Snapshot,
          keep: Retention,
          deadline: number | undefined,
        ): Promise<void> {
          return super.saveSnapshot(address, this.latest(address, fence), snapshot, keep, deadline);
        }
      })(),
    /a snapshot after another's claim is refused/,
  ],
  [
    'passes memory batches without a look at the fence',
    () =>
      new (class extends MemoryRoomStore {
        override async append(address: string, fence: Fence, batch: Batch): Promise<number> {
          return batch.durability === 'memory' ? 0 : super.append(address, fence, batch);
        }
      })(),
    /durability memory passes the fence/,
  ],
  [
    'writes a batch entry by entry',
    () =>
      new (class extends MemoryRoomStore {
        override async append(address: string, fence: Fence, batch: Batch): Promise<number> {
          const { snapshot: _, ...rest } = batch;
          for (const entry of batch.entries) await super.append(address, fence, { ...rest, entries: [entry] });
          return super.append(address, fence, { ...batch, entries: [] });
        }
      })(),
    /a batch is written as a whole or not at all/,
  ],
  [
    'redacts the log but not the same batch',
    () =>
      new (class extends MemoryRoomStore {
        override append(address: string, fence: Fence, batch: Batch): Promise<number> {
          const first = batch.entries[0]?.seq ?? Infinity;
          return super.append(address, fence, { ...batch, redact: batch.redact?.filter((seq) => seq < first) ?? [] });
        }
      })(),
    /redacting blanks the events it names/,
  ],
  [
    'redacts the batch but not the log',
    () =>
      new (class extends MemoryRoomStore {
        override append(address: string, fence: Fence, batch: Batch): Promise<number> {
          const first = batch.entries[0]?.seq ?? Infinity;
          return super.append(address, fence, { ...batch, redact: batch.redact?.filter((seq) => seq >= first) ?? [] });
        }
      })(),
    /redacting blanks the events it names/,
  ],
  [
    'redacts before it knows whether the batch will be taken',
    () =>
      new (class extends MemoryRoomStore {
        override async append(address: string, fence: Fence, batch: Batch): Promise<number> {
          if (batch.redact !== undefined) {
            await super.append(address, fence, { ...batch, entries: [], snapshot: { seq: 0, state: 0 } });
          }
          return super.append(address, fence, batch);
        }
      })(),
    /redacting and its snapshot are written together or not at all/,
  ],
  [
    'leaves what was sent in the log when its event is redacted',
    () =>
      new (class extends MemoryRoomStore {
        override async append(address: string, fence: Fence, batch: Batch): Promise<number> {
          const { snapshot, ...rest } = batch;
          const bytes = await super.append(address, fence, rest);
          if (snapshot !== undefined)
            await super.append(address, fence, { ...batch, entries: [], redact: [], snapshot });
          return bytes;
        }
      })(),
    /what a member sent and was answered goes with its event/,
  ],
  [
    'makes epochs of the clock alone',
    () =>
      new (class extends MemoryRoomStore {
        override async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
          const claim = await super.claim(address, owner, at, create);
          return claim && { ...claim, epoch: at };
        }
      })(),
    /epochs rise/,
  ],
  [
    'creates rooms nobody asked for',
    () =>
      new (class extends MemoryRoomStore {
        override claim(address: string, owner: string, at: number): Promise<Claim | undefined> {
          return super.claim(address, owner, at, true);
        }
      })(),
    /a claim that may not create/,
  ],
  [
    'forgets the lineage',
    () =>
      new (class extends MemoryRoomStore {
        override async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
          const claim = await super.claim(address, owner, at, create);
          return claim && { ...claim, lineage: claim.lineage.slice(-1) };
        }
      })(),
    /an epoch is in the lineage as long as/,
  ],
  [
    'trims above the snapshot',
    () =>
      new (class extends MemoryRoomStore {
        override async saveSnapshot(
          address: string,
          fence: Fence,
          snapshot: Snapshot,
          keep: Retention,
          deadline: number | undefined,
        ): Promise<void> {
          const [head] = await super.read(address, { limit: 1, reverse: true });
          const seq = Math.max(snapshot.seq, head?.last ?? 0);
          return super.saveSnapshot(address, fence, { ...snapshot, seq }, keep, deadline);
        }
      })(),
    /nothing above the snapshot goes/,
  ],
  [
    'never trims',
    () =>
      new (class extends MemoryRoomStore {
        override saveSnapshot(
          address: string,
          fence: Fence,
          snapshot: Snapshot,
          _keep: Retention,
          deadline: number | undefined,
        ): Promise<void> {
          return super.saveSnapshot(address, fence, snapshot, { index: 0, seq: 0, after: 0 }, deadline);
        }
      })(),
    /entries older than the retention go/,
  ],
  [
    'misses an entry that begins at or before `after`',
    () =>
      new (class extends MemoryRoomStore {
        override async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
          const entries = await super.read(address, range);
          return entries.filter((entry) => range.after === undefined || entry.seq > range.after);
        }
      })(),
    /all ranges of a log/,
  ],
  [
    'hands out what it keeps',
    () => {
      const handed = new Map<string, readonly Entry[]>();
      return new (class extends MemoryRoomStore {
        override async append(address: string, fence: Fence, batch: Batch): Promise<number> {
          handed.clear();
          return super.append(address, fence, batch);
        }
        override async read(address: string, range: ReadRange): Promise<readonly Entry[]> {
          const key = JSON.stringify([address, range]);
          const entries = handed.get(key) ?? (await super.read(address, range));
          handed.set(key, entries);
          return entries;
        }
      })();
    },
    /what the caller changes after handing it in/,
  ],
  [
    'keeps the deadline that a snapshot cleared',
    () =>
      new (class extends MemoryRoomStore {
        override async saveSnapshot(
          address: string,
          fence: Fence,
          snapshot: Snapshot,
          keep: Retention,
          deadline: number | undefined,
        ): Promise<void> {
          const was = (await super.due(Infinity, 100)).find((due) => due.address === address);
          return super.saveSnapshot(address, fence, snapshot, keep, deadline ?? was?.at);
        }
      })(),
    /a snapshot replaces or clears the deadline/,
  ],
  [
    'lists kinds that begin alike',
    () =>
      new (class extends MemoryRoomStore {
        override async list(kind: string, limit: number, cursor?: string): Promise<readonly string[]> {
          const more = await super.list(`${kind}-x`, limit);
          return [...(await super.list(kind, limit, cursor)), ...more].slice(0, limit);
        }
      })(),
    /the rooms of a kind are listed/,
  ],
];

describe('the contract suite of RoomStore', () => {
  it('passes a store that syncs before it acknowledges', async () => {
    expect(await failing(() => onDisk(true))).toEqual([]);
  });

  it('catches a store that acknowledges fsync before it syncs, and forgets what was not synced in a crash', async () => {
    const titles = await failing(() => onDisk(false));
    expect(titles).toContain('a single append acknowledged at fsync survives a crash that comes at once');
    expect(titles).toContain(
      'a crash amid many appends loses nothing acknowledged, leaves no hole and no part of a batch',
    );
    expect(titles.filter((title) => !title.includes('crash'))).toEqual([]);
  });

  it.each(BROKEN)('catches a store that %s', async (_what, store, caught) => {
    expect(await failing(() => inMemory(store()), caught)).toHaveLength(1);
  });
});
