import type { Position } from '@greenroom/protocol';
import { FencedError } from '../errors.js';
import { MemoryRoomStore } from './memory-store.js';
import type { Batch, Claim, Fence } from './store.js';

/** Whether this node may still be taken for the owner of its rooms. */
export interface Lease {
  readonly isHeld: boolean;
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
  constructor(private readonly lease: Lease) {
    super();
  }

  override async claim(address: string, owner: string, at: number, create: boolean): Promise<Claim | undefined> {
    const head = await this.lease.head(address);
    // Members have heard of it, and would take what is of an earlier epoch for old.
    if (head !== undefined) this.pass(head.epoch);
    return super.claim(address, owner, at, create);
  }

  override append(address: string, fence: Fence, batch: Batch): Promise<number> {
    return this.lease.isHeld ? super.append(address, fence, batch) : this.#late(address, fence, batch);
  }

  async #late(address: string, fence: Fence, batch: Batch): Promise<number> {
    let isOwn: boolean | undefined;
    while (isOwn === undefined) {
      await this.lease.untilHeld();
      isOwn = await this.lease.isOwn(address);
    }
    if (!isOwn) throw new FencedError(address);
    return super.append(address, fence, batch);
  }
}
