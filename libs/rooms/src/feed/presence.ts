import type { PresencePush } from '@greenroom/protocol';
import type { Member } from '../contract/member.js';
import type { LeaveReason } from '../log/entry.js';
import type { PublishedTurn } from './feed.js';

/** Comings and goings of a room, gathered so that members hear of many at once. */
export class Presence {
  readonly #joined = new Map<string, Member>();
  readonly #left = new Map<string, LeaveReason>();
  /** Those who had left and are back: that they leave again is news. */
  readonly #back = new Set<string>();
  #at = 0;
  #count = 0;

  /** @returns whether these are the first since the last `take`. */
  add({ joined, left, to, count }: PublishedTurn): boolean {
    if (joined.length + left.length === 0) return false;
    const isFirst = this.isEmpty;
    for (const { id, reason } of left)
      if (!this.#joined.delete(id) || this.#back.delete(id)) this.#left.set(id, reason);
    for (const member of joined) {
      if (this.#left.delete(member.id)) this.#back.add(member.id);
      this.#joined.set(member.id, member);
    }
    this.#at = to;
    this.#count = count;
    return isFirst;
  }

  get isEmpty(): boolean {
    return this.#joined.size + this.#left.size === 0;
  }

  take(room: string): PresencePush {
    const joined = [...this.#joined.values()];
    const left = [...this.#left].map(([id, reason]) => ({ id, reason }));
    this.#joined.clear();
    this.#left.clear();
    this.#back.clear();
    return { op: 'presence', room, at: this.#at, joined, left, count: this.#count };
  }
}
