import type { PresencePush } from '@greenroom/protocol';
import type { PublishedTurn } from './feed.js';
import { Passages } from './passages.js';

/** Comings and goings of a room, gathered so that members hear of many at once. */
export class Presence {
  #passages = new Passages();
  #at = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#passages.isEmpty;
  }

  /** @returns whether these are the first since the last `take`. */
  add({ joined, left, to, count }: PublishedTurn): boolean {
    if (joined.length + left.length === 0) return false;
    const isFirst = this.isEmpty;
    for (const { id, reason } of left) this.#passages.leave(id, reason);
    for (const member of joined) this.#passages.join(member);
    this.#at = to;
    this.#count = count;
    return isFirst;
  }

  /** A member begins with a list of the members as they are by now. */
  seen(by: string): void {
    this.#passages.seen(by);
  }

  take(room: string): PresencePush {
    const { joined, left } = this.#passages;
    this.#passages = new Passages();
    return { op: 'presence', room, at: this.#at, joined, left, count: this.#count };
  }
}
