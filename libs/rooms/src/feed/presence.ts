import type { PresencePush } from '@greenroom/protocol';
import type { PublishedTurn } from './feed.js';
import { Passages } from './passages.js';

/** Comings and goings of a room, gathered so that members hear of many at once. */
export class Presence {
  #passages = new Passages();
  #at = 0;
  #count = 0;
  /** Somebody was shown the members as they were up to here; news of it may still be on its way. */
  #shownTo = 0;

  get isEmpty(): boolean {
    return this.#passages.isEmpty;
  }

  /** @returns whether these are the first since the last `take`. */
  add({ joined, left, to, count }: PublishedTurn): boolean {
    if (joined.length + left.length === 0) return false;
    const isFirst = this.isEmpty;
    for (const { id, reason } of left) this.#passages.leave(id, reason);
    for (const member of joined) this.#passages.join(member);
    if (to <= this.#shownTo) this.#passages.seen();
    this.#at = to;
    this.#count = count;
    return isFirst;
  }

  /** A member begins with a list of the members as they were at that position. */
  seen(by: string, at: number): void {
    this.#shownTo = Math.max(this.#shownTo, at);
    this.#passages.seen(by);
  }

  take(room: string): PresencePush {
    const { joined, left } = this.#passages;
    this.#passages = new Passages();
    return { op: 'presence', room, at: this.#at, joined, left, count: this.#count };
  }
}
