import type { Member } from '../contract/member.js';
import { ForbiddenError, RoomFullError } from '../errors.js';
import { TAKEN_UP, type EndedSession } from '../feed/feed.js';
import { digest, type Ids } from '../ids.js';
import type { Input } from '../log/entry.js';
import { isOutdated, placeOf, type Place } from '../log/place.js';
import type { RoomCore } from './core.js';
import type { Session } from './members.js';
import type { JoinRequestOfRoom } from './request.js';

export interface AttachmentsContext {
  readonly core: RoomCore;
  readonly ids: Ids;
  readonly now: number;
  /** What connections of other nodes are to be told. */
  readonly ended: EndedSession[];
  readonly accept: (input: Input) => unknown;
}

/** The session that a join has. */
export interface TakenSession {
  readonly sessionId: string;
  readonly secret: string;
  /** Taken up again, rather than begun. */
  readonly resumed: boolean;
}

/** Where the sessions of a room are, as joins, connections and nodes have it in a turn. */
export class Attachments {
  constructor(private readonly context: AttachmentsContext) {}

  /** Takes the session up whose secret it has, or begins one. */
  take(request: JoinRequestOfRoom, member: Member): TakenSession {
    const { core, ids, accept } = this.context;
    const { secret, user } = request;
    const known = secret === undefined ? undefined : core.members.byDigest(user, digest(secret));
    if (known !== undefined && secret !== undefined) {
      if (isOutdated(request, known)) throw new ForbiddenError(TAKEN_UP.reason);
      this.#takeUp(known, request, member);
      return { sessionId: known.id, secret, resumed: true };
    }
    if (core.members.get(user) === undefined && core.members.count >= core.kind.options.maxMembers)
      throw new RoomFullError();
    const fresh = ids.secret();
    const session = { id: ids.unique(), digest: digest(fresh), ...placeOf(request) };
    accept({ type: 'join', member, data: request.data, session });
    return { sessionId: session.id, secret: fresh, resumed: false };
  }

  /** A session is where its node says it is, unless it has ended or was taken up somewhere else meanwhile. */
  confirm(id: string, place: Place): EndedSession[] {
    const { core } = this.context;
    const session = core.members.session(id);
    const membership = session && core.members.get(session.member);
    if (session === undefined || membership === undefined)
      return core.closed === undefined
        ? [{ session: id, code: 'UNAVAILABLE', reason: 'the session is over' }]
        : [{ session: id, code: 'ROOM_CLOSED', reason: core.closed }];
    if (session.state === 'attached' && session.connection === place.connection) return [];
    const isFree = session.state === 'dropped' ? !isOutdated(place, session) : isOutdated(session, place);
    if (!isFree) return [{ session: id, ...TAKEN_UP }];
    this.#takeUp(session, place, membership.member);
    return [];
  }

  leave(id: string, connection: string): void {
    const session = this.#of(id, connection);
    if (session !== undefined) this.context.accept({ type: 'leave', session: id, reason: 'left' });
  }

  /** The connection is lost. */
  drop(id: string, connection: string): void {
    if (this.#of(id, connection)?.state === 'attached') this.#drop(id);
  }

  dropAll(isLost: (session: Extract<Session, { state: 'attached' }>) => boolean): void {
    for (const session of this.context.core.members.sessions())
      if (session.state === 'attached' && isLost(session)) this.#drop(session.id);
  }

  /** One that was taken up again on another connection is none of the old one's business any more. */
  #of(id: string, connection: string): Session | undefined {
    const session = this.context.core.members.session(id);
    return session?.state === 'attached' && session.connection !== connection ? undefined : session;
  }

  #drop(session: string): void {
    const { core, now, accept } = this.context;
    accept({ type: 'drop', session, until: now + core.kind.options.graceMs });
  }

  #takeUp(session: Session, place: Place, member: Member): void {
    const { accept, ended } = this.context;
    accept({ type: 'resume', session: session.id, member, ...placeOf(place) });
    // A connection of the same node is told there.
    if (session.state === 'attached' && session.node !== place.node)
      ended.push({ session: session.id, connection: session.connection, ...TAKEN_UP });
  }
}
