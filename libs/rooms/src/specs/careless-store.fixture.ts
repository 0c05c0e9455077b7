import { barrierAfter, headAt, type Head } from '../log/head.js';
import type { Entry } from '../log/entry.js';
import type { Batch, Claim, Due, Fence, Lineage, ReadRange, RoomStore, Snapshot } from '../log/store.js';

/** A store in a few arrays, as one might write it on a Friday: it takes what any owner writes, as it comes. */
export class CarelessStore implements RoomStore {
  readonly #rooms = new Map<string, { head: Head; lineage: Lineage[]; log: Entry[]; snapshot?: Snapshot }>();
  #appended = 0;

  /** @param losesEvery loses every so many-th entry, and says nothing */
  constructor(private readonly losesEvery = Infinity) {}

  async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const room = this.#rooms.get(address);
    if (room === undefined && !create) return undefined;
    const barrier = barrierAfter(room?.head, owner, at);
    const lineage = [...(room?.lineage ?? []), { epoch: barrier.epoch, base: barrier.seq }];
    const log = [...(room?.log ?? []), barrier];
    this.#rooms.set(address, { ...room, head: headAt(barrier, owner), lineage, log });
    const { snapshot } = room ?? {};
    return structuredClone({ epoch: barrier.epoch, barrier, lineage, ...(snapshot !== undefined && { snapshot }) });
  }

  async append(address: string, { owner }: Fence, { entries, snapshot }: Batch): Promise<number> {
    const room = this.#rooms.get(address);
    const last = entries.at(-1);
    if (room === undefined || last === undefined) return 0;
    for (const entry of structuredClone(entries)) {
      this.#appended += 1;
      if (this.#appended % this.losesEvery > 0) room.log.push(entry);
    }
    room.head = headAt(last, owner);
    if (snapshot !== undefined) room.snapshot = structuredClone(snapshot);
    return 100;
  }

  async read(address: string, { after = -1, before = Infinity, limit, reverse }: ReadRange): Promise<readonly Entry[]> {
    const log = this.#rooms.get(address)?.log ?? [];
    const found = log.filter((entry) => entry.last > after && entry.seq < before);
    return structuredClone((reverse === true ? found.toReversed() : found).slice(0, limit));
  }

  async saveSnapshot(address: string, _fence: Fence, snapshot: Snapshot): Promise<void> {
    const room = this.#rooms.get(address);
    if (room !== undefined) room.snapshot = structuredClone(snapshot);
  }

  async due(): Promise<readonly Due[]> {
    return [];
  }

  async list(): Promise<readonly string[]> {
    return [];
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {}
}
