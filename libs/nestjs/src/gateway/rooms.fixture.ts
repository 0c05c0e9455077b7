import { z } from 'zod';
import type { JoinReply } from '@greenroom/protocol';
import {
  defineRoom,
  Frame,
  KIND_DEFAULTS,
  NotAMemberError,
  type Clock,
  type Connection,
  type JoinRequest,
  type PendingJoin,
  type RoomKind,
  type RoomsNode,
  type SendRequest,
  type SendResult,
  type Sessions,
  type Timer,
} from '@greenroom/rooms';
import type { AdmittedJoin, Admission, CommandAttempt, JoinAttempt } from '../admission/admission.js';
import { type Authenticated, type Authenticator } from './authenticator.js';
import type { RoomsConnection } from './rooms-connection.js';

const Chat = defineRoom({
  kind: 'chat',
  commands: { say: z.object({ text: z.string() }) },
  events: { message: z.object({ text: z.string() }) },
  signals: { typing: z.object({ on: z.boolean() }) },
});

/** Rooms without an engine: one order of everything said, which everybody in the room is pushed. */
export class FakeRooms {
  readonly sessions: FakeSessions[] = [];
  /** Every command's data, in the order the rooms got them. */
  readonly said: unknown[] = [];
  readonly signalled: unknown[] = [];
  readonly joins: JoinRequest[] = [];
  readonly dropped: string[] = [];
  readonly begun: string[] = [];
  readonly cancelled: string[] = [];
  readonly resets: string[] = [];
  readonly refreshed: { readonly room: string; readonly profile: object }[] = [];
  /** What joiners are shown. */
  view: unknown = null;
  /** What `send` waits for after it has taken the command. */
  reply: (request: SendRequest) => Promise<Partial<SendResult>> = () => Promise.resolve({});
  onJoin: (request: JoinRequest) => Promise<void> = () => Promise.resolve();
  seq = 0;

  readonly node = {
    kind: (name: string): RoomKind | undefined =>
      name === 'chat' ? ({ contract: Chat, options: KIND_DEFAULTS } as unknown as RoomKind) : undefined,
    connect: (connection: Connection, onEnded: (address: string) => void): Sessions => {
      const sessions = new FakeSessions(this, connection, onEnded);
      this.sessions.push(sessions);
      return sessions;
    },
  } as unknown as RoomsNode;

  push(room: string, data: unknown): void {
    const to = this.seq;
    const events = [{ seq: to, name: 'message', data, at: 0 }];
    const frame = new Frame({ op: 'events', room, epoch: 1, from: to - 1, to, events });
    for (const session of this.sessions) if (session.addresses().includes(room)) session.connection.push(frame);
  }
}

export class FakeSessions implements Sessions {
  readonly #rooms = new Set<string>();

  constructor(
    private readonly rooms: FakeRooms,
    readonly connection: Connection,
    private readonly onEnded: (address: string) => void,
  ) {}

  async join(room: string, request: JoinRequest): Promise<PendingJoin> {
    this.rooms.joins.push(request);
    await this.rooms.onJoin(request);
    this.#rooms.add(room);
    const me = { id: this.connection.user.id, ...request.profile };
    const position = { epoch: 1, seq: this.rooms.seq };
    const reply: JoinReply = {
      room,
      me,
      session: 'secret',
      position,
      recovered: false,
      view: this.rooms.view,
      members: [me],
      count: 1,
    };
    return {
      reply,
      begin: () => {
        this.rooms.begun.push(room);
      },
      cancel: () => {
        this.#rooms.delete(room);
        this.rooms.cancelled.push(room);
      },
    };
  }
  async leave(room: string): Promise<void> {
    if (!this.#rooms.delete(room)) throw new NotAMemberError();
  }
  async send(room: string, request: SendRequest): Promise<SendResult> {
    if (!this.#rooms.has(room)) throw new NotAMemberError();
    this.rooms.said.push(request.data);
    this.rooms.seq += 1;
    const position = { epoch: 1, seq: this.rooms.seq };
    this.rooms.push(room, request.data);
    return { position, ...(await this.rooms.reply(request)) };
  }
  signal(_room: string, _name: string, data: unknown): void {
    this.rooms.signalled.push(data);
  }
  async members() {
    return { members: [], more: false };
  }
  async history() {
    return { events: [], more: false };
  }
  memberOf(room: string) {
    return this.#rooms.has(room) ? { id: this.connection.user.id } : undefined;
  }
  addresses() {
    return [...this.#rooms];
  }
  async end(room: string, code: 'FORBIDDEN' | 'UNAUTHENTICATED', reason: string): Promise<void> {
    this.#rooms.delete(room);
    this.connection.push(new Frame({ op: 'closed', room, code, reason }));
    this.onEnded(room);
  }
  async refresh(room: string, profile: object): Promise<void> {
    this.rooms.refreshed.push({ room, profile });
  }
  async reset(room: string, reason: string): Promise<void> {
    this.rooms.resets.push(room);
    const position = { epoch: 1, seq: this.rooms.seq };
    this.connection.push(new Frame({ op: 'reset', room, position, view: this.rooms.view, members: [], reason }));
  }
  drop(): void {
    this.#rooms.clear();
    this.rooms.dropped.push(this.connection.user.id);
  }
}

/** Lets everything through, as fast or slow as a spec says. */
export class FakeAdmission implements Admission {
  onConnect: (connection: RoomsConnection) => Promise<void> = () => Promise.resolve();
  onJoin: (connection: RoomsConnection, attempt: JoinAttempt) => Promise<void> = () => Promise.resolve();
  /** Who has left what, in the order it was told. */
  readonly lefts: string[] = [];
  /** What an interceptor does with a join's reply. */
  afterJoin: (reply: JoinReply) => Promise<JoinReply> = (reply) => Promise.resolve(reply);
  onCommand: (connection: RoomsConnection, attempt: CommandAttempt) => Promise<void> = () => Promise.resolve();

  connect(connection: RoomsConnection): Promise<void> {
    return this.onConnect(connection);
  }
  async join(connection: RoomsConnection, attempt: JoinAttempt, go: (admitted: AdmittedJoin) => Promise<JoinReply>) {
    await this.onJoin(connection, attempt);
    return this.afterJoin(
      await go({
        profile: { name: connection.user.name },
        params: attempt.params,
        data: attempt.data,
      }),
    );
  }
  async command(connection: RoomsConnection, attempt: CommandAttempt, go: (data: unknown) => Promise<SendResult>) {
    await this.onCommand(connection, attempt);
    return go(attempt.data);
  }
  async signal(_connection: RoomsConnection, attempt: CommandAttempt): Promise<unknown> {
    return attempt.data;
  }
  async left(connection: RoomsConnection, _kind: RoomKind, address: string): Promise<void> {
    this.lefts.push(`${connection.user.id} ${address}`);
  }
}

/** A token is `<id>[/<role>][@<expiresAt>]`; `bad` is none. */
export class FakeAuthenticator implements Authenticator {
  readonly asked: string[] = [];
  gate: Promise<void> = Promise.resolve();

  async authenticate({ token }: { readonly token: string }): Promise<Authenticated> {
    this.asked.push(token);
    await this.gate;
    const [, id, role, expiresAt] = /^([^/@]+)(?:\/([^@]+))?(?:@(\d+))?$/.exec(token) ?? [];
    if (id === undefined || id === 'bad') throw new Error('no such token');
    const user = { id, name: id, ...(role !== undefined && { role }) };
    return { user, expiresAt: expiresAt === undefined ? undefined : Number(expiresAt) };
  }
}

/** Time that passes when a spec says so. */
export class ManualClock implements Clock {
  #now = 1000;
  readonly #pending = new Map<{ due: number }, () => void>();

  /** How many calls are waited for. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#now;
  }
  after(delayMs: number, run: () => void): Timer {
    const timer = { due: this.#now + Math.max(0, delayMs) };
    this.#pending.set(timer, run);
    return timer;
  }
  cancel(timer: Timer): void {
    this.#pending.delete(timer);
  }
  soon(run: () => void): void {
    queueMicrotask(run);
  }
  /** The wall clock is put back; what is waited for comes when it would have come. */
  setBack(ms: number): void {
    this.#now -= ms;
    for (const timer of this.#pending.keys()) timer.due -= ms;
  }
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#pending].filter(([{ due }]) => due <= end).sort(([a], [b]) => a.due - b.due);
      if (next === undefined) break;
      this.#pending.delete(next[0]);
      this.#now = Math.max(this.#now, next[0].due);
      next[1]();
    }
    this.#now = end;
  }
}
