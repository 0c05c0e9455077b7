import type { LeaveReason } from '../log/entry.js';

export const GRACE_MS = 30_000;
export const MAX_MEMBERS = 2;

export type SessionState =
  | { readonly is: 'attached'; readonly connection: string }
  | { readonly is: 'dropped'; readonly until: number }
  | { readonly is: 'gone'; readonly reason: LeaveReason | 'closed' };

export interface ModelSession {
  readonly label: string;
  readonly user: string;
  /** Known once the room has given it out. */
  secret: string;
  /** The last counted join that it was taken up by. */
  attempt?: number;
  state: SessionState;
}

/** Everything that may become of a session, by name. */
export const TRANSITIONS = [
  'none → none: the room is full',
  'none → none: the room refuses',
  'none → none: the room is closed',
  'none → attached: a join',
  'none → attached: a join with a wrong secret',
  "none → attached: a join with somebody else's secret",
  'none → attached: a join with the secret of a session that is gone',
  'none → attached: another tab of one who is there',
  'attached → attached: taken up where it is',
  'attached → attached: taken up on another connection',
  'attached → attached: changed claims',
  'attached → attached: a join that comes late, after a later one',
  'attached → attached: the loss of the connection it was on before',
  'attached → dropped: its connection is lost',
  'attached → dropped: its connection is lost, another tab stays',
  'attached → dropped: the process was killed',
  'attached → dropped: the process was drained',
  'attached → gone: it leaves',
  'attached → gone: it leaves, another tab stays',
  'attached → gone: a join on top of it',
  'attached → gone: it is ended by the server',
  'attached → gone: its member is kicked',
  'attached → gone: the room closes',
  'dropped → attached: taken up in time',
  'dropped → attached: taken up as the first thing after a restart',
  'dropped → dropped: a join that comes late, after a later one',
  'dropped → dropped: the process was killed, and the time it has left stays',
  'dropped → gone: its time is over',
  'dropped → gone: its time is over, though nobody asked for the room since a restart',
  'dropped → gone: its member is kicked',
  'dropped → gone: the room closes',
  'gone → gone: the room is unloaded and loaded again',
] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** What a join carries: nothing, a secret nobody was given, or that of a session. */
export type Given = 'nothing' | 'wrong' | ModelSession;

/** `attempt`: which of its client's joins it is; absent: the client does not count them. */
export interface Claim {
  readonly given: Given;
  readonly attempt?: number | undefined;
}

export type JoinVerdict = { readonly code: string } | { readonly session: ModelSession; readonly isNew: boolean };

/** What a room must make of its sessions: who is there, what its log says of it, what its machine and its members are told. */
export class SessionModel {
  readonly sessions: ModelSession[] = [];
  /** Inputs that the log must hold, since they were last taken. */
  inputs: string[] = [];
  /** What the machine must have been told of each user, oldest first. */
  readonly passages = new Map<string, string[]>();
  /** How each is called since their last join. */
  readonly names = new Map<string, string>();
  /** `closed` pushes, by connection. */
  readonly closed = new Map<string, string[]>();
  exists = false;
  isClosed = false;
  /** How the process ended on which the room was, until the next loads it. */
  ended: 'killed' | 'drained' | undefined;
  /** Connections whose session is on another now. */
  readonly #movedFrom = new Set<string>();
  #labels = 0;

  constructor(private readonly hits: Set<Transition>) {}

  members(): string[] {
    return [...new Set(this.#of((session) => session.state.is !== 'gone').map(({ user }) => user))].sort();
  }

  at(connection: string): ModelSession | undefined {
    return this.sessions.find(({ state }) => state.is === 'attached' && state.connection === connection);
  }

  /** The room is there, loaded if it was not: whoever was attached in a process that is no more has lost its connection. */
  load(now: number): void {
    const how = this.ended;
    this.ended = undefined;
    if (how === undefined) return;
    for (const session of this.#of(({ state }) => state.is === 'attached'))
      this.#drop(session, now, `attached → dropped: the process was ${how}`);
  }

  join(user: string, name: string, connection: string, { given, attempt }: Claim, now: number): JoinVerdict {
    const isFirst = this.ended !== undefined;
    this.load(now);
    if (this.isClosed) return this.#refused('ROOM_CLOSED', 'none → none: the room is closed');
    const members = this.members();
    const isMember = members.includes(user);
    const known = typeof given === 'object' && given.user === user && given.state.is !== 'gone' ? given : undefined;
    if (known?.attempt !== undefined && attempt !== undefined && attempt < known.attempt)
      return this.#refused('FORBIDDEN', `${known.state.is} → ${known.state.is}: ${LATE}` as Transition);
    if (known === undefined && !isMember && members.length >= MAX_MEMBERS)
      return this.#refused('ROOM_FULL', 'none → none: the room is full');
    this.exists = true;
    if (user === 'banned') return this.#refused('FORBIDDEN', 'none → none: the room refuses');
    if (!isMember) this.#tell(user, 'join');
    else if (!this.#isHere(user)) this.#tell(user, 'resume');
    this.names.set(user, name);
    const last = this.at(connection);
    const session = known ?? this.#begin(user, given, isMember);
    if (known !== undefined) this.#takeUp(known, connection, isFirst);
    session.state = { is: 'attached', connection };
    if (attempt !== undefined) session.attempt = attempt;
    this.inputs.push(known === undefined ? `join ${session.label}` : `resume ${session.label} on ${connection}`);
    if (last !== undefined && last !== session) {
      this.#hit('attached → gone: a join on top of it');
      this.#leave(last, 'left');
    }
    return { session, isNew: known === undefined };
  }

  refresh(session: ModelSession, name: string): void {
    if (session.state.is !== 'attached') return;
    this.#hit('attached → attached: changed claims');
    this.names.set(session.user, name);
    this.inputs.push(`resume ${session.label} on ${session.state.connection}`);
  }

  leave(session: ModelSession): void {
    this.#hit('attached → gone: it leaves');
    this.#leave(session, 'left');
    if (this.#isHere(session.user)) this.#hit('attached → gone: it leaves, another tab stays');
  }

  end(session: ModelSession, connection: string): void {
    this.#hit('attached → gone: it is ended by the server');
    this.#tellClosed(connection, 'UNAUTHENTICATED');
    this.#leave(session, 'left');
  }

  drop(connection: string, now: number): void {
    const session = this.at(connection);
    if (session === undefined) {
      // It was told so: what it had is on another connection.
      const isElsewhere =
        this.#movedFrom.has(connection) && this.#of(({ state }) => state.is === 'attached').length > 0;
      if (isElsewhere) this.#hit('attached → attached: the loss of the connection it was on before');
      return;
    }
    this.#drop(session, now, 'attached → dropped: its connection is lost');
    if (this.#isHere(session.user)) this.#hit('attached → dropped: its connection is lost, another tab stays');
  }

  kick(user: string, now: number): void {
    this.load(now);
    const sessions = this.#of((session) => session.user === user && session.state.is !== 'gone');
    if (sessions.length === 0) return;
    this.inputs.push(`remove ${user} kicked`);
    this.#tell(user, 'leave', 'kicked');
    for (const session of sessions) this.#putOut(session, 'kicked', 'FORBIDDEN', 'its member is kicked');
  }

  close(now: number): void {
    this.load(now);
    this.inputs.push('close');
    this.isClosed = true;
    const sessions = this.#of(({ state }) => state.is !== 'gone');
    for (const session of sessions) this.#putOut(session, 'closed', 'ROOM_CLOSED', 'the room closes');
  }

  /** Nobody was told: the process is gone, and with it all connections. */
  restart(how: 'killed' | 'drained'): void {
    if (this.#of(({ state }) => state.is === 'dropped').length > 0 && how === 'killed')
      this.#hit('dropped → dropped: the process was killed, and the time it has left stays');
    if (this.exists) this.ended = how;
  }

  /** When the room is to be woken at the latest: at the first end of a grace time, and at once where somebody was in it when it was killed. */
  nextEnd(): number | undefined {
    if (this.ended !== undefined && this.#of(({ state }) => state.is === 'attached').length > 0) return 0;
    const ends = this.sessions.flatMap(({ state }) => (state.is === 'dropped' ? [state.until] : []));
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** @param wokeAt when the room was loaded by itself, if it was */
  pass(now: number, wokeAt: number | undefined): void {
    const isAsleep = this.ended !== undefined;
    if (isAsleep && wokeAt === undefined) return;
    if (wokeAt !== undefined) this.load(wokeAt);
    for (const session of this.#of(({ state }) => state.is === 'dropped' && state.until <= now)) {
      this.#hit('dropped → gone: its time is over');
      if (isAsleep) this.#hit('dropped → gone: its time is over, though nobody asked for the room since a restart');
      this.#leave(session, 'lost');
    }
  }

  unloaded(): void {
    if (this.sessions.length > 0) this.#hit('gone → gone: the room is unloaded and loaded again');
  }

  #begin(user: string, given: Given, isMember: boolean): ModelSession {
    if (given === 'nothing') this.#hit('none → attached: a join');
    else if (given === 'wrong') this.#hit('none → attached: a join with a wrong secret');
    else if (given.user !== user) this.#hit("none → attached: a join with somebody else's secret");
    else this.#hit('none → attached: a join with the secret of a session that is gone');
    if (isMember) this.#hit('none → attached: another tab of one who is there');
    this.#labels += 1;
    const session: ModelSession = { label: `${user}#${this.#labels}`, user, secret: '', state: GONE };
    this.sessions.push(session);
    return session;
  }

  #takeUp(session: ModelSession, connection: string, isFirst: boolean): void {
    const { state } = session;
    if (state.is === 'dropped') {
      this.#hit('dropped → attached: taken up in time');
      if (isFirst) this.#hit('dropped → attached: taken up as the first thing after a restart');
    } else if (state.is === 'attached' && state.connection === connection)
      this.#hit('attached → attached: taken up where it is');
    else if (state.is === 'attached') {
      this.#hit('attached → attached: taken up on another connection');
      this.#tellClosed(state.connection, 'FORBIDDEN');
      this.#movedFrom.add(state.connection);
    }
  }

  #drop(session: ModelSession, now: number, transition: Transition): void {
    this.#hit(transition);
    const until = now + GRACE_MS;
    session.state = { is: 'dropped', until };
    this.inputs.push(`drop ${session.label} until ${until}`);
    if (!this.#isHere(session.user)) this.#tell(session.user, 'drop');
  }

  #leave(session: ModelSession, reason: LeaveReason): void {
    const wasHere = session.state.is === 'attached';
    session.state = { is: 'gone', reason };
    this.inputs.push(`leave ${session.label} ${reason}`);
    if (!this.members().includes(session.user)) this.#tell(session.user, 'leave', reason);
    else if (wasHere && !this.#isHere(session.user)) this.#tell(session.user, 'drop');
  }

  #putOut(session: ModelSession, reason: 'kicked' | 'closed', code: string, why: string): void {
    const { state } = session;
    if (state.is === 'gone') return;
    this.#hit(`${state.is} → gone: ${why}` as Transition);
    if (state.is === 'attached') this.#tellClosed(state.connection, code);
    session.state = { is: 'gone', reason };
  }

  #refused(code: string, transition: Transition): JoinVerdict {
    this.#hit(transition);
    return { code };
  }

  #tell(user: string, ...what: string[]): void {
    this.passages.set(user, [...(this.passages.get(user) ?? []), [what[0], user, ...what.slice(1)].join(' ')]);
  }

  #tellClosed(connection: string, code: string): void {
    this.closed.set(connection, [...(this.closed.get(connection) ?? []), code]);
  }

  #isHere(user: string): boolean {
    return this.sessions.some((session) => session.user === user && session.state.is === 'attached');
  }

  #of(isOne: (session: ModelSession) => boolean): ModelSession[] {
    return this.sessions.filter(isOne);
  }

  #hit(transition: Transition): void {
    this.hits.add(transition);
  }
}

const LATE = 'a join that comes late, after a later one';
const GONE: SessionState = { is: 'gone', reason: 'left' };
