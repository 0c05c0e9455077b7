import type { Feed, PublishedTurn } from '../feed/feed.js';
import type { Entry } from '../log/entry.js';
import type { RoomCore } from './core.js';
import { endedByClosing, publishedTurn } from './published-turn.js';
import type { Turn } from './turn.js';

const NOBODY: Pick<PublishedTurn, 'joined' | 'left'> = { joined: [], left: [] };

/** Tells the feed of what is in a room's log, and knows how far members have been told. */
export class Publisher {
  /** `to` of the last shared turn. */
  #floor: number;
  #position: number;
  /** A turn of which nobody knows whether it is in the log, as members would have heard of it. */
  #inDoubt: { readonly first: Entry; readonly turn: PublishedTurn } | undefined;

  constructor(
    private readonly core: RoomCore,
    private readonly feed: Feed,
  ) {
    this.#floor = core.floor;
    this.#position = core.seq;
  }

  /** The last position that members were told of, or did not have to be. */
  get position(): number {
    return this.#position;
  }

  /** A turn that is about to be committed, as members are to hear of it. */
  turn(turn: Turn): PublishedTurn {
    return turn.published(this.#floor);
  }

  committed(turn: Turn): void {
    this.#publish(this.turn(turn));
  }

  /** Its commit failed, and may have been written none the less. */
  lost(turn: Turn): void {
    const [first] = turn.entries;
    if (first !== undefined) this.#inDoubt = { first, turn: this.turn(turn) };
  }

  /** Goes on for the members where another stood before the room was loaded again; `missed` is what came after. */
  follow(last: Publisher, missed: readonly Entry[]): void {
    this.#floor = last.#floor;
    const inDoubt = last.#inDoubt;
    const isWritten = inDoubt !== undefined && missed.some(({ id }) => id === inDoubt.first.id);
    const { joined, left } = isWritten ? inDoubt.turn : NOBODY;
    this.#publish({ ...publishedTurn(this.core, this.#floor, missed), joined, left });
  }

  /** Ends every member's attachment: the room is gone, and what is made in its place knows none of them. */
  disband(reason: string): void {
    const ended = endedByClosing(this.core.members, reason);
    this.#publish({ ...publishedTurn(this.core, this.#floor, []), ended });
  }

  #publish(turn: PublishedTurn): void {
    // Not where the turn ends: who was told of its events before, by the store, has not heard of what came after them.
    if (turn.shared) this.#floor = this.core.floor;
    this.#position = turn.to;
    this.feed.publish(this.core.address, turn);
  }
}
