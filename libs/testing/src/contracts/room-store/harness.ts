import type { Batch, Entry, Fence, Input, LoggedEvent, RoomStore } from '@greenroom/rooms';
import type { Check } from '../check.js';

/** How a check gets at the store. One harness a check, with data of its own; made cheaply, opened by the check. */
export interface RoomStoreHarness {
  /** The store, with no room in it. */
  open(): Promise<RoomStore>;
  /** Closes the store and opens it with the same data. */
  reopen(): Promise<RoomStore>;
  /**
   * Opens the data as after the death of its process, or of the power: what was not synced may be gone. The store that
   * was open before is of no use then. Left out by stores that promise nothing of the kind.
   */
  crash?(): Promise<RoomStore>;
  /** Closes what is open and removes the data. */
  close(): Promise<void>;
}

export type StoreCheck = Check<RoomStoreHarness>;

export const ADDRESS = 'chat/cats';
/** When the rooms of the checks are first claimed. */
export const START = 1_700_000_000_000;
/** More than any check writes. */
export const ALL = { limit: 10_000 };

/** One owner of one room: makes entries that follow its log, and writes them. */
export class Owner implements Fence {
  /** How long the entries' own time goes on with each, milliseconds. */
  static readonly stepMs = 10;

  private constructor(
    readonly store: RoomStore,
    readonly address: string,
    readonly owner: string,
    readonly epoch: number,
    public seq: number,
    public index: number,
    public at: number,
  ) {}

  static async claim(store: RoomStore, address = ADDRESS, owner = 'node-a', at = START): Promise<Owner> {
    const claim = await store.claim(address, owner, at, true);
    if (claim === undefined) throw new Error(`${address} could not be claimed`);
    const { seq, index } = claim.barrier;
    return new Owner(store, address, owner, claim.epoch, seq, index, at);
  }

  /** The same owner with another store: after it was opened again. */
  with(store: RoomStore): Owner {
    return new Owner(store, this.address, this.owner, this.epoch, this.seq, this.index, this.at);
  }

  /** A command that caused an event for each of `data`; it is not written yet, but the next one will follow it. */
  say(...data: readonly unknown[]): Entry {
    const seq = this.seq + 1;
    const last = this.seq + Math.max(data.length, 1);
    const at = this.at + Owner.stepMs;
    const id = `${this.epoch}.${seq}`;
    const by = { id: 'ann', name: 'Ann' };
    const input: Input = { type: 'command', name: 'say', data: data[0] ?? null, by, commandId: `c${seq}` };
    const events = data.map((item, i): LoggedEvent => ({ seq: seq + i, name: 'said', data: item }));
    const entry: Entry = { epoch: this.epoch, seq, last, index: this.index, at, id, seed: seq, input, events };
    this.seq = last;
    this.index += data.length;
    this.at = at;
    return entry;
  }

  append(entries: readonly Entry[], rest: Partial<Omit<Batch, 'entries'>> = {}): Promise<number> {
    return this.store.append(this.address, this, { entries, durability: 'fsync', deadline: undefined, ...rest });
  }

  /** Writes a batch of one command a piece of data, and returns its entries. */
  async write(...data: readonly unknown[]): Promise<readonly Entry[]> {
    const entries = data.map((item) => this.say(item));
    await this.append(entries);
    return entries;
  }

  log(): Promise<readonly Entry[]> {
    return this.store.read(this.address, ALL);
  }
}

export const seqs = (entries: readonly Entry[]): readonly number[] => entries.map((entry) => entry.seq);
