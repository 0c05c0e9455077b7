import {
  errorBody,
  type AuthReply,
  type ErrorCode,
  type HelloLimits,
  type Push,
  type WireEvent,
} from '@greenroom/protocol';
import { VirtualClock } from '@greenroom/testing';
import { RoomsClient, type ClientOptions } from './client.js';
import type { Carrier, Link, LinkListener, Packet } from './connection/carrier.js';
import { webSocket } from './connection/web-socket.js';
import { RoomError } from './room-error.js';
import type { Room } from './room/room.js';
import { VirtualEnvironment } from './virtual-environment.fixture.js';

export const ANN = { id: 'ann', name: 'Ann' };

/** An operation as a client sent it. */
export interface Asked {
  readonly op: string;
  readonly ref: number;
  readonly room?: string;
  readonly name?: string;
  readonly id?: string;
  readonly token?: string;
  readonly data?: unknown;
  readonly since?: { readonly epoch: number; readonly seq: number };
  readonly session?: string;
  readonly attempt?: number;
}

/** One link, its server's end played by the spec. */
export class PlayedLink implements Link {
  readonly sent: Asked[] = [];
  isClosed = false;
  /** Called with whatever is sent. */
  onSent: (asked: Asked) => void = () => {};

  constructor(
    readonly token: string,
    private readonly listener: LinkListener,
    private readonly now: () => number,
  ) {}

  send({ wire }: Packet): void {
    const asked = JSON.parse(wire as string) as Asked;
    this.sent.push(asked);
    this.onSent(asked);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Lets the client in. */
  open(auth: Partial<AuthReply> = {}, limits: Partial<HelloLimits> = {}): this {
    const all: HelloLimits = { maxBytes: 65_536, maxDepth: 32, maxKeys: 1000, ...limits };
    this.push({ op: 'hello', v: 1, caps: [], limits: all, now: this.now() });
    this.listener.opened({ user: ANN, ...auth });
    return this;
  }

  push(push: Push): void {
    if (!this.isClosed) this.listener.pushed(push);
  }

  events(from: number, events: readonly WireEvent[], to = events.at(-1)?.seq ?? from, room = 'hall/a'): void {
    this.push({ op: 'events', room, epoch: 1, from, to, events });
  }

  end(code?: ErrorCode, retryAfterMs?: number): void {
    if (!this.isClosed) this.listener.ended(code && new RoomError(errorBody(code, 'the end', { retryAfterMs })));
  }

  /** All that was asked of one sort, oldest first. */
  all(op: string): readonly Asked[] {
    return this.sent.filter((asked) => asked.op === op);
  }

  /** The last that was asked of one sort. */
  last(op: string): Asked {
    const asked = this.all(op).at(-1);
    if (asked === undefined) throw new Error(`no ${op} was asked`);
    return asked;
  }

  answer({ ref }: Asked, body: object = {}): void {
    if (!this.isClosed) this.listener.answered(ref, { ok: true, ...body });
  }

  refuse(
    { ref }: Asked,
    code: ErrorCode,
    extra: { readonly retryAfterMs?: number; readonly reason?: string } = {},
  ): void {
    if (!this.isClosed) this.listener.answered(ref, { ok: false, error: errorBody(code, 'refused', extra) });
  }

  /** Lets the last join in. */
  admit(seq = 10, more: object = {}): void {
    const { room } = this.last('join');
    const joined = { room, me: ANN, session: 's1', position: { epoch: 1, seq }, members: [ANN], count: 1 };
    this.answer(this.last('join'), { ...joined, recovered: false, view: { said: 0 }, ...more });
  }
}

/** A client, on time and chance of its own, whose server is played by the spec. */
export class Stage implements Carrier {
  readonly clock = new VirtualClock();
  readonly environment = new VirtualEnvironment(this.clock);
  readonly links: PlayedLink[] = [];
  readonly client: RoomsClient;
  /** The states that the client told of. */
  readonly states: string[] = [];
  readonly #carrier = webSocket();

  constructor(options: Partial<ClientOptions> = {}) {
    this.client = new RoomsClient('http://server', { token: 'token', carrier: this, ...options }, this.environment);
    this.client.onStatus(({ state }) => this.states.push(state));
  }

  encode(op: string, ref: number, body: object): Packet {
    return this.#carrier.encode(op, ref, body);
  }

  open(_url: URL, token: string, listener: LinkListener): Link {
    const link = new PlayedLink(token, listener, () => this.clock.now());
    this.links.push(link);
    return link;
  }

  /** The newest link. */
  get link(): PlayedLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('there is no link');
    return link;
  }

  /** Lets so many milliseconds pass. */
  pass(ms = 0): Promise<void> {
    return this.clock.advance(ms);
  }

  /** A room that was joined, on a link that is open. */
  async joined(id = 'a', limits: Partial<HelloLimits> = {}): Promise<Room> {
    const joining = this.client.join('hall', id);
    await this.pass();
    if (this.client.status.state === 'connecting') this.link.open({}, limits);
    this.link.admit();
    return joining;
  }

  /** Loses the link and has another, on which the room is asked for again. */
  async reconnect(): Promise<PlayedLink> {
    this.link.end();
    await this.pass(10_000);
    return this.link.open();
  }
}

export const said = (seq: number, text = `${seq}`): WireEvent => ({ seq, name: 'said', data: { text }, at: seq });

/** What becomes of a promise: what it resolves to, or the code it is rejected with; so far. */
export class Outcome<T> {
  value: T | undefined;
  code: unknown;
  isSettled = false;

  constructor(promise: Promise<T>) {
    void this.#watch(promise);
  }

  async #watch(promise: Promise<T>): Promise<void> {
    try {
      this.value = await promise;
    } catch (error) {
      this.code = error instanceof RoomError ? error.code : error;
    }
    this.isSettled = true;
  }
}
