import type { RoomView } from '../view.js';
import type { Activity } from './activity.js';

/** A room that is with another node than before. */
export interface Move {
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  readonly at: number;
  /** When the node that had it was gone, or began to go; absent: it was neither. */
  readonly goneAt?: number;
}

interface Owned extends RoomView {
  readonly node: string;
}

/** Who owns which room, put together from what the nodes say one after the other, and from who is gone. */
export class Owners {
  readonly #rooms = new Map<string, Owned>();
  /** Nodes that are gone or going, and since when. */
  readonly #gone = new Map<string, number>();

  /** A node's rooms are anybody's from now on. */
  gone(node: string, at: number): void {
    if (!this.#gone.has(node)) this.#gone.set(node, at);
  }

  /** It is another process now, which has none of them by itself. */
  back(node: string): void {
    this.#gone.delete(node);
  }

  /** @returns rooms that have moved to the node. */
  said(node: string, { rooms }: Pick<Activity, 'rooms'>, at: number): readonly Move[] {
    const moves: Move[] = [];
    const here = new Set<string>();
    for (const { address, members, position } of rooms) {
      const { epoch, seq } = position;
      const before = this.#rooms.get(address);
      // A node that does not know yet that it has lost the room says so all the same.
      if (before !== undefined && before.epoch > epoch) continue;
      here.add(address);
      const hasMoved = before !== undefined && before.epoch < epoch && before.node !== node;
      const goneAt = before && this.#gone.get(before.node);
      if (hasMoved)
        moves.push({ room: address, from: before.node, to: node, epoch, at, ...(goneAt !== undefined && { goneAt }) });
      const cameAt = hasMoved ? at : before?.node === node ? before.cameAt : undefined;
      this.#rooms.set(address, { address, node, members, epoch, seq, ...(cameAt !== undefined && { cameAt }) });
    }
    // One that was unloaded is nobody's. One that is going has still to be followed by another.
    if (this.#gone.has(node)) return moves;
    for (const [address, room] of this.#rooms)
      if (room.node === node && !here.has(address)) this.#rooms.delete(address);
    return moves;
  }

  /** By address. */
  of(node: string): readonly RoomView[] {
    return [...this.#rooms.values()]
      .filter((room) => room.node === node)
      .map(({ node: _, ...room }) => room)
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }
}
