import type { Batch, Entry, Fence, RoomStore } from '@greenroom/rooms';

/** One owner of a room, who commits turns of one event each. */
export class Turns implements Fence {
  private constructor(
    private readonly store: RoomStore,
    readonly address: string,
    readonly owner: string,
    readonly epoch: number,
    readonly barrier: number,
  ) {}

  static async claim(store: RoomStore, address: string, owner = 'a'): Promise<Turns> {
    const claim = await store.claim(address, owner, 1000, true);
    if (claim === undefined) throw new Error(`${address} could not be claimed`);
    return new Turns(store, address, owner, claim.epoch, claim.barrier.seq);
  }

  commit(seq: number, rest: Partial<Batch> = {}): Promise<number> {
    return this.store.append(this.address, this, { ...this.batch(seq), ...rest });
  }

  batch(seq: number, id = `${this.epoch}.${seq}`): Batch {
    const stamp = { at: 1000, id, seed: 0 };
    const events = [{ seq, name: 'said', data: `secret ${seq}` }];
    const input = { type: 'timer', timer: 't' } as const;
    const entry: Entry = { ...stamp, epoch: this.epoch, seq, last: seq, index: seq - 2, input, events };
    return { entries: [entry], durability: 'fsync', deadline: undefined };
  }
}
