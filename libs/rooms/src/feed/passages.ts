import type { Member } from '../contract/member.js';
import type { LeaveReason } from '../log/entry.js';

/** Comings and goings added up to what is news: who came and went in between is none. */
export class Passages {
  readonly #joined = new Map<string, Member>();
  readonly #left = new Map<string, LeaveReason>();
  /** Those who had left and are back: that they leave again is news. */
  readonly #back = new Set<string>();

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
    if (this.#left.delete(member.id)) this.#back.add(member.id);
    this.#joined.set(member.id, member);
  }

  leave(id: string, reason: LeaveReason): void {
    if (!this.#joined.delete(id) || this.#back.delete(id)) this.#left.set(id, reason);
  }
}
