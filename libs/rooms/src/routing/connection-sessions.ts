import type { ClosedPush, HistoryReply, JoinReply, MembersReply } from '@greenroom/protocol';
import type { Clock } from '../clock.js';
import {
  NoSuchRoomError,
  NotAMemberError,
  RoomError,
  toRoomError,
  UnavailableError,
  UnknownOutcomeError,
} from '../errors.js';
import type { Audience } from '../feed/audience.js';
import type { EndedSession, Feed } from '../feed/feed.js';
import { Frame } from '../feed/frame.js';
import { attachedBy, Seat, type Attached } from '../feed/seat.js';
import type { Ids } from '../ids.js';
import type { RoomKind } from '../kind.js';
import type { Request } from '../room/request.js';
import { tryAgain, TRIES } from './again.js';
import type { Connection } from './connection.js';
import type { Router } from './router.js';
import type { JoinRequest, PendingJoin, SendRequest, SendResult, Sessions } from './sessions.js';

/** A room that cannot be reached just then is told again after so long what it has to know. */
const RETRY_MS = 1000;

export interface SessionsContext {
  readonly router: Router;
  readonly audience: Audience;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The id of this node. */
  readonly node: string;
  /** Ids of the connections that are open on it. */
  readonly connections: Set<string>;
  kindOf(address: string): RoomKind | undefined;
}

/** The sessions of one connection: its places in the rooms it has joined. */
export class ConnectionSessions implements Sessions {
  readonly #joined = new Map<string, { readonly seat: Seat; readonly joined: Attached }>();
  /** Rooms of joins under way. */
  #joining: readonly string[] = [];
  #isLost = false;

  constructor(
    private readonly connection: Connection,
    private readonly onEnded: (address: string) => void,
    private readonly context: SessionsContext,
  ) {
    context.connections.add(connection.id);
  }

  async join(address: string, request: JoinRequest): Promise<PendingJoin> {
    const { router, audience } = this.context;
    const kind = this.context.kindOf(address);
    const historyFor = kind?.options.historyFor ?? 'joined';
    const seat = this.#seatIn(address);
    const mayCreate = kind?.options.create === 'on-join';
    audience.add(address, seat, historyFor);
    try {
      const joined = await this.#joins(address, () =>
        router.ask(
          address,
          {
            type: 'join',
            user: this.connection.user.id,
            profile: request.profile,
            data: request.data,
            node: this.context.node,
            connection: this.connection.id,
            secret: request.session,
            since: request.since,
            attempt: request.attempt,
            create: mayCreate && request.mayCreate ? { params: request.params } : undefined,
          },
          undefined,
          // One that was taken up again is disowned by now, if it was not taken up once more.
          (late) => (request.session === undefined ? this.#forget(address, late) : undefined),
        ),
      );
      if (joined.created) request.onCreated?.();
      return this.#sitDown(address, seat, attachedBy(joined, request.attempt), joined.reply);
    } catch (error) {
      audience.remove(address, seat);
      if (error instanceof RoomError && error.hasMadeRoom) request.onCreated?.();
      if (error instanceof UnknownOutcomeError) this.#disown(address);
      throw error;
    }
  }

  async leave(address: string): Promise<void> {
    const place = this.#joined.get(address);
    if (place === undefined) throw new NotAMemberError();
    this.#standUp(address, place.seat);
    const leave: Request = { type: 'leave', session: place.joined.sessionId, connection: this.connection.id };
    try {
      await this.context.router.ask(address, leave);
    } catch (error) {
      this.#tellAgain(address, error, () => leave, TRIES);
      throw error;
    }
  }

  send(address: string, { name, data, commandId, timeoutMs }: SendRequest): Promise<SendResult> {
    const place = this.#joined.get(address);
    if (place === undefined) return Promise.reject(new NotAMemberError());
    const { ids, router } = this.context;
    const { id, name: of } = this.connection.user;
    return router.ask(
      address,
      {
        type: 'command',
        name,
        data,
        commandId: commandId ?? ids.unique(),
        session: place.joined.sessionId,
        as: { id, name: of },
      },
      timeoutMs,
      undefined,
      (error) => {
        if (!(error instanceof NoSuchRoomError)) return error;
        // The store has lost it: it is to be joined again, and is made anew then.
        const why = new UnavailableError(error);
        if (this.#joined.get(address) === place) this.#breakOff(address, place.seat, place.joined, why);
        return why;
      },
    );
  }

  signal(address: string, name: string, data: unknown): void {
    const place = this.#joined.get(address);
    if (place === undefined) return;
    const from = this.connection.id;
    this.context.feed.publish(address, { type: 'signal', name, data, by: place.joined.member, from });
  }

  async members(address: string, after: string | undefined, limit: number): Promise<MembersReply> {
    if (!this.#joined.has(address)) throw new NotAMemberError();
    return this.context.router.ask(address, { type: 'members', after, limit });
  }

  async history(address: string, before: number | undefined, limit: number): Promise<HistoryReply> {
    const place = this.#joined.get(address);
    if (place === undefined) throw new NotAMemberError();
    const member = place.joined.member.id;
    return this.context.router.ask(address, { type: 'history', member, before, limit });
  }

  memberOf(address: string): Attached['member'] | undefined {
    return this.#joined.get(address)?.joined.member;
  }

  addresses(): readonly string[] {
    return [...this.#joined.keys()];
  }

  async end(address: string, code: 'FORBIDDEN' | 'UNAUTHENTICATED', reason: string): Promise<void> {
    if (!this.#joined.has(address)) return;
    this.#tellClosed({ op: 'closed', room: address, code, reason });
    await this.leave(address);
  }

  async refresh(address: string, profile: object): Promise<void> {
    const place = this.#joined.get(address);
    if (place === undefined) return;
    const { secret: session, attempt } = place.joined;
    const pending = await this.join(address, {
      profile,
      params: undefined,
      data: undefined,
      session,
      attempt,
      mayCreate: false,
    });
    pending.begin();
  }

  async reset(address: string, reason: string): Promise<void> {
    const place = this.#joined.get(address);
    if (place === undefined) return;
    const { router, audience } = this.context;
    const { seat, joined } = place;
    audience.pause(address, seat);
    try {
      const { position, view, members } = await router.ask(address, { type: 'baseline', session: joined.sessionId });
      if (this.#joined.get(address)?.seat !== seat) return;
      this.connection.push(new Frame({ op: 'reset', room: address, position, view, members, reason }));
      audience.begin(address, seat, position.seq);
    } catch (error) {
      if (this.#joined.get(address)?.seat !== seat) return;
      // A room that was lost does not know its members any more: they are to join again.
      const isLost = error instanceof NotAMemberError || error instanceof NoSuchRoomError;
      const why = isLost ? new UnavailableError(error) : error;
      this.#breakOff(address, seat, joined, why);
    }
  }

  drop(): void {
    this.#isLost = true;
    this.context.connections.delete(this.connection.id);
    for (const [address, { seat, joined }] of this.#joined) {
      this.#standUp(address, seat);
      this.#tellDropped(address, joined.sessionId);
    }
  }

  /** By itself: what the room may say of it keeps nothing of the join. */
  #seatIn(address: string): Seat {
    const onEnded = ({ code, reason }: EndedSession): void => {
      if (this.#joined.get(address)?.seat !== seat) return;
      this.#joined.delete(address);
      this.#tellClosed({ op: 'closed', room: address, code, reason });
    };
    const seat = new Seat(this.connection, onEnded, () => {
      if (this.#joined.get(address)?.seat === seat) void this.reset(address, 'what was told is lost');
    });
    return seat;
  }

  #sitDown(address: string, seat: Seat, joined: Attached, reply: JoinReply): PendingJoin {
    const { audience } = this.context;
    if (this.#isLost) {
      this.#tellDropped(address, joined.sessionId);
      throw new NotAMemberError();
    }
    const last = this.#joined.get(address);
    audience.accepted(address, seat, joined);
    this.#joined.set(address, { seat, joined });
    // A join on top of a join: the new session takes the place of the old one.
    if (last !== undefined && last.joined.sessionId !== joined.sessionId) {
      audience.remove(address, last.seat);
      this.#forget(address, last.joined);
    }
    return {
      reply,
      begin: () => this.#begin(address, seat),
      cancel: () => {
        this.#standUp(address, seat);
        this.#forget(address, joined);
      },
    };
  }

  #begin(address: string, seat: Seat): void {
    try {
      this.context.audience.begin(address, seat);
    } catch (error) {
      const place = this.#joined.get(address);
      if (place?.seat === seat) this.#breakOff(address, seat, place.joined, error);
    }
  }

  /** The connection cannot be told what the room is like. Its session waits for it to join again. */
  #breakOff(address: string, seat: Seat, { sessionId }: Attached, error: unknown): void {
    const { code, message, retryAfterMs } = toRoomError(error).toBody();
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.#standUp(address, seat);
    this.#tellClosed({ op: 'closed', room: address, code, reason: message, ...retry });
    this.#tellDropped(address, sessionId);
  }

  #tellClosed(push: ClosedPush): void {
    this.connection.push(new Frame(push));
    this.onEnded(push.room);
  }

  #standUp(address: string, seat: Seat): void {
    if (this.#joined.get(address)?.seat === seat) this.#joined.delete(address);
    this.context.audience.remove(address, seat);
  }

  /** A session that nobody will use. */
  #forget(address: string, { sessionId }: Pick<Attached, 'sessionId'>): void {
    this.#tell(address, () => ({ type: 'leave', session: sessionId, connection: this.connection.id }));
  }

  #tellDropped(address: string, session: string): void {
    this.#tell(address, () => ({ type: 'drop', session, connection: this.connection.id }));
  }

  /** A join that may have been accepted: the room is to have no session of this connection that it does not know of. */
  #disown(address: string): void {
    this.#tell(address, () =>
      // The room may be about to answer a join of another.
      this.#joining.includes(address)
        ? undefined
        : { type: 'disown', connection: this.connection.id, but: this.#joined.get(address)?.joined.sessionId },
    );
  }

  async #joins<T>(address: string, ask: () => Promise<T>): Promise<T> {
    this.#joining = [...this.#joining, address];
    try {
      return await ask();
    } finally {
      this.#joining = this.#joining.toSpliced(this.#joining.indexOf(address), 1);
    }
  }

  /** The room must hear of it, or a member would stay for ever. `undefined`: not now. */
  #tell(address: string, request: () => Request | undefined, tries = TRIES): void {
    const now = request();
    if (now === undefined) {
      this.context.clock.after(RETRY_MS, () => this.#tell(address, request, tries));
      return;
    }
    this.context.router.ask(address, now).catch((error: unknown) => this.#tellAgain(address, error, request, tries));
  }

  #tellAgain(address: string, error: unknown, request: () => Request | undefined, tries: number): void {
    tryAgain(this.context.clock, error, { firstMs: RETRY_MS, tries }, (left) => this.#tell(address, request, left));
  }
}
