import type { Member } from '../contract/member.js';
import type { LeaveReason } from '../log/entry.js';

/** Comings and goings added up to what is news: who came and went in between, and was seen by nobody, is none. */
export class Passages {
  readonly #joined = new Map<string, Member>();
  readonly #left = new Map<string, LeaveReason>();
  /** Those who came and of whom nobody knows yet: that they leave again is no news. */
  #unseen = new Set<string>();

  get isEmpty(): boolean {
    return this.#joined.size + this.#left.size === 0;
  }

  get joined(): Member[] {
    return [...this.#joined.values()];
  }

  get left(): { id: string; reason: LeaveReason }[] {
    return [...this.#left].map(([id, reason]) => ({ id, reason }));
  }

  join(member: Member): void {
    const { id } = member;
    const isKnown = this.#left.delete(id) || this.#joined.has(id);
    if (!isKnown) this.#unseen.add(id);
    this.#joined.set(id, member);
  }

  leave(id: string, reason: LeaveReason): void {
    this.#joined.delete(id);
    if (!this.#unseen.delete(id)) this.#left.set(id, reason);
  }

  /** A member was shown all who are here by now: that they are here themselves is no news to them. */
  seen(by?: string): void {
    this.#unseen = new Set(by !== undefined && this.#unseen.has(by) ? [by] : []);
  }
}
