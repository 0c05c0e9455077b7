import type { Position } from '@greenroom/protocol';
import { FencedError } from '../errors.js';
import { MemoryRoomStore } from './memory-store.js';
import type { Batch, Claim, Fence } from './store.js';

/** Whether this node may still be taken for the owner of its rooms. */
export interface Lease {
  readonly isHeld: boolean;
  /** Another one each time that it was lost. */
  readonly term: number;
  /** Resolves in a while, once it is. */
  untilHeld(): Promise<void>;
  /** Whether this node is the one to own the room, or `undefined` when nobody can tell now. Never rejects. */
  isOwn(address: string): Promise<boolean | undefined>;
  /** The last position that any node has published for the room, if known. */
  head(address: string): Promise<Position | undefined>;
}

/**
 * Rooms of this process alone, of which no store that nodes share could refuse a late owner: nothing is written while others may have taken
 * them over, nor after that.
 */
export class LeasedMemoryStore extends MemoryRoomStore {
  /** The term of the lease in which each room was last known to be this node's. */
  readonly #terms = new Map<string, number>();

  constructor(private readonly lease: Lease) {
    super();
  }

  override async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const { term } = this.lease;
    const head = await this.lease.head(address);
    // Members have heard of it, and would take what is of an earlier epoch for old.
    if (head !== undefined) this.pass(head.epoch);
    this.#terms.set(address, term);
    return super.claim(address, owner, at, create);
  }

  override append(address: string, fence: Fence, batch: Batch): Promise<number> {
    const isSure = this.lease.isHeld && this.#terms.get(address) === this.lease.term;
    return isSure ? super.append(address, fence, batch) : this.#late(address, fence, batch);
  }

  override forget(address: string): void {
    this.#terms.delete(address);
    super.forget(address);
  }

  async #late(address: string, fence: Fence, batch: Batch): Promise<number> {
    let isOwn: boolean | undefined;
    while (isOwn === undefined) {
      if (!this.lease.isHeld) await this.lease.untilHeld();
      const { term } = this.lease;
      isOwn = await this.lease.isOwn(address);
      if (isOwn === true) this.#terms.set(address, term);
      // Nobody can tell: not at once again.
      if (isOwn === undefined) await this.lease.untilHeld();
    }
    if (!isOwn) throw new FencedError(address);
    return super.append(address, fence, batch);
  }
}
