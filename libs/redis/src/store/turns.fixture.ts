import type { Batch, Entry, Fence, PublishedTurn, RoomStore } from '@greenroom/rooms';

/** One owner of a room, who commits turns of one event an entry. */
export class Turns {
  #fence: Fence = { epoch: 0, owner: '' };
  #seq = 0;
  /** Of the last turn: nobody hears of a barrier. */
  #last = 0;

  private constructor(
    private readonly store: RoomStore,
    readonly address: string,
  ) {}

  static async claim(store: RoomStore, address: string, owner = 'a'): Promise<Turns> {
    const turns = new Turns(store, address);
    const claim = await store.claim(address, owner, 1000, true);
    turns.#fence = { epoch: claim?.epoch ?? 0, owner };
    turns.#seq = claim?.barrier.seq ?? 0;
    turns.#last = turns.#seq - 1;
    return turns;
  }

  /** @param count of its entries. */
  async commit(count = 1): Promise<PublishedTurn> {
    const [batch, published] = this.next(count);
    await this.append(batch);
    return published;
  }

  async append(batch: Batch): Promise<void> {
    await this.store.append(this.address, this.#fence, batch);
  }

  /** A snapshot of all, with a deadline; the log goes. */
  async save(): Promise<void> {
    const keep = { index: 1, seq: Infinity, after: 0 };
    await this.store.saveSnapshot(this.address, this.#fence, { seq: this.#seq, state: 0 }, keep, 9);
  }

  /** What the next turn would be; it is not committed. */
  next(count = 1): readonly [Batch, PublishedTurn] {
    const { epoch } = this.#fence;
    const after = this.#last;
    const entries = Array.from({ length: count }, (_, i) => this.#entry(this.#seq + 1 + i));
    const seq = (this.#seq += count);
    this.#last = seq;
    const published: PublishedTurn = {
      type: 'turn',
      epoch,
      after,
      floor: after,
      to: seq,
      shared: true,
      events: entries.flatMap(({ events, at }) => events.map((event) => ({ ...event, at }))),
      joined: [{ id: `m${seq}`, name: 'Ann' }],
      left: [{ id: 'bob', reason: 'left' }],
      ended: [{ session: 's', code: 'FORBIDDEN', reason: 'out' }],
      count: seq,
    };
    return [{ entries, durability: 'fsync', deadline: undefined, published }, published];
  }

  #entry(seq: number): Entry {
    const { epoch } = this.#fence;
    const stamp = { at: 1000 + seq, id: `${epoch}.${seq}`, seed: 0 };
    const events = [{ seq, name: 'said', data: { text: `${seq}`, bytes: new Uint8Array([seq]) } }];
    return { ...stamp, epoch, seq, last: seq, index: 0, input: { type: 'timer', timer: 't' }, events };
  }
}
