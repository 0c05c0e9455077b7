import type { Member } from '../contract/member.js';
import type { Input, LeaveReason } from '../log/entry.js';
import { placeOf, type Place } from '../log/place.js';

/** A session is attached to a connection, or waits for its member until its grace is over. */
type Attachment =
  | ({ readonly state: 'attached' } & Place)
  | ({ readonly state: 'dropped'; readonly until: number } & Pick<Place, 'attempt'>);

export type Session = { readonly id: string; readonly digest: string; readonly member: string } & Attachment;

export interface Membership {
  readonly member: Member;
  /** Position of the entry by which they joined. */
  readonly since: number;
  readonly sessions: ReadonlySet<string>;
}

/** What a coming or going means to the room's logic. */
export type Passage =
  | { readonly type: 'room.join'; readonly by: Member; readonly data: unknown }
  | { readonly type: 'room.leave'; readonly by: Member; readonly reason: LeaveReason }
  | { readonly type: 'room.drop'; readonly by: Member }
  | { readonly type: 'room.resume'; readonly by: Member };

interface Saved {
  readonly members: readonly { readonly member: Member; readonly since: number }[];
  readonly sessions: readonly Session[];
}

/**
 * Who is in the room, folded from its inputs. A member is there once, however many sessions (tabs, devices) they have.
 */
export class Members {
  readonly #members = new Map<string, { member: Member; since: number; sessions: Set<string> }>();
  readonly #sessions = new Map<string, Session>();
  /** Those of them that wait for their member, oldest first. */
  readonly #dropped = new Map<string, Extract<Session, { state: 'dropped' }>>();
  /** Ids in order, for paging. */
  readonly #order: string[] = [];

  static load(saved: unknown): Members {
    const { members, sessions } = saved as Saved;
    const loaded = new Members();
    for (const { member, since } of members) loaded.#admit(member, since);
    for (const session of sessions) loaded.#attach(session);
    return loaded;
  }

  get count(): number {
    return this.#members.size;
  }

  get(id: string): Membership | undefined {
    return this.#members.get(id);
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Somebody is here, as far as one knows, rather than waited for. */
  get isAnyoneHere(): boolean {
    return this.#sessions.size > this.#dropped.size;
  }

  /** The session of that member whose secret has this digest. */
  byDigest(member: string, digest: string): Session | undefined {
    for (const id of this.#members.get(member)?.sessions ?? []) {
      const session = this.#sessions.get(id);
      if (session?.digest === digest) return session;
    }
    return undefined;
  }

  /** Members by id, those after `after`. */
  page(after: string | undefined, limit: number): { members: Member[]; more: boolean } {
    const from = after === undefined ? 0 : this.#placeOf(after) + (this.#members.has(after) ? 1 : 0);
    const ids = this.#order.slice(from, from + limit);
    const members = ids.flatMap((id) => this.#members.get(id)?.member ?? []);
    return { members, more: from + limit < this.#order.length };
  }

  /** The earliest end of a grace time. */
  nextGrace(): number | undefined {
    let next: number | undefined;
    for (const { until } of this.#dropped.values()) if (next === undefined || until < next) next = until;
    return next;
  }

  /** A session whose grace ended at or before `now`. */
  overdue(now: number): string | undefined {
    for (const { id, until } of this.#dropped.values()) if (until <= now) return id;
    return undefined;
  }

  /** What the logic is to be told of an input, before it is folded in. */
  passageOf(input: Input): Passage | undefined {
    switch (input.type) {
      case 'join':
        if (!this.#members.has(input.member.id)) return { type: 'room.join', by: input.member, data: input.data };
        return this.#isHere(input.member.id) ? undefined : { type: 'room.resume', by: input.member };
      case 'resume':
        return this.#isHere(input.member.id) ? undefined : { type: 'room.resume', by: input.member };
      case 'drop':
        return this.#lastOf(input.session, (by) => ({ type: 'room.drop', by }));
      case 'leave': {
        const session = this.#sessions.get(input.session);
        const membership = session && this.#members.get(session.member);
        if (membership === undefined) return undefined;
        if (membership.sessions.size === 1) return { type: 'room.leave', by: membership.member, reason: input.reason };
        return this.#lastOf(input.session, (by) => ({ type: 'room.drop', by }));
      }
      case 'remove': {
        const membership = this.#members.get(input.member);
        return membership && { type: 'room.leave', by: membership.member, reason: input.reason };
      }
      default:
        return undefined;
    }
  }

  /** Takes an accepted input in. Only comings and goings matter here. */
  fold(input: Input, seq: number): void {
    switch (input.type) {
      case 'join':
        this.#admit(input.member, seq);
        this.#attach({ ...input.session, member: input.member.id, state: 'attached' });
        return;
      case 'resume': {
        const session = this.#sessions.get(input.session);
        if (session === undefined) return;
        this.#admit(input.member, seq);
        this.#attach({ ...identityOf(session), state: 'attached', ...placeOf(input) });
        return;
      }
      case 'drop': {
        const session = this.#sessions.get(input.session);
        if (session !== undefined) this.#attach({ ...identityOf(session), state: 'dropped', until: input.until });
        return;
      }
      case 'leave':
        this.#end(input.session);
        return;
      case 'remove':
        for (const session of this.#members.get(input.member)?.sessions ?? []) this.#end(session);
        return;
      default:
        return;
    }
  }

  save(): Saved {
    return {
      members: [...this.#members.values()].map(({ member, since }) => ({ member, since })),
      sessions: [...this.#sessions.values()],
    };
  }

  #admit(member: Member, seq: number): void {
    const known = this.#members.get(member.id);
    if (known !== undefined) known.member = member;
    else {
      this.#members.set(member.id, { member, since: seq, sessions: new Set() });
      this.#order.splice(this.#placeOf(member.id), 0, member.id);
    }
  }

  #attach(session: Session): void {
    this.#sessions.set(session.id, session);
    this.#dropped.delete(session.id);
    if (session.state === 'dropped') this.#dropped.set(session.id, session);
    this.#members.get(session.member)?.sessions.add(session.id);
  }

  #end(id: string): void {
    const session = this.#sessions.get(id);
    const membership = session && this.#members.get(session.member);
    if (session === undefined || membership === undefined) return;
    this.#sessions.delete(id);
    this.#dropped.delete(id);
    membership.sessions.delete(id);
    if (membership.sessions.size > 0) return;
    this.#members.delete(session.member);
    this.#order.splice(this.#placeOf(session.member), 1);
  }

  #isHere(member: string, but?: string): boolean {
    for (const id of this.#members.get(member)?.sessions ?? [])
      if (id !== but && this.#sessions.get(id)?.state === 'attached') return true;
    return false;
  }

  /** A passage if this is the session by which its member is here. */
  #lastOf(id: string, passage: (by: Member) => Passage): Passage | undefined {
    const session = this.#sessions.get(id);
    const membership = session && this.#members.get(session.member);
    if (membership === undefined || session?.state !== 'attached' || this.#isHere(session.member, id)) return undefined;
    return passage(membership.member);
  }

  /** Where an id stands, or would stand, in the order. */
  #placeOf(id: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#order[middle] ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const identityOf = ({
  id,
  digest,
  member,
  attempt,
}: Session): Pick<Session, 'id' | 'digest' | 'member' | 'attempt'> => ({
  id,
  digest,
  member,
  ...(attempt !== undefined && { attempt }),
});
