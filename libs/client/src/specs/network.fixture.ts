import {
  errorBody,
  trustedJsonCodec,
  type AuthReply,
  type ErrorBody,
  type Push,
  type Reply,
} from '@greenroom/protocol';
import type { Frame } from '@greenroom/rooms';
import type { TestRooms } from '@greenroom/testing';
import type { Carrier, Link, LinkListener, Packet } from '../connection/carrier.js';
import { RoomError } from '../room-error.js';
import { Pipe } from './pipe.fixture.js';
import { Visit } from './visit.fixture.js';

/** How long a server waits for a sign of life before it takes a connection for lost, milliseconds. */
const SILENCE_MS = 45_000;
const LIMITS = { maxBytes: 65_536, maxDepth: 32, maxKeys: 1000, commands: { perSecond: 50, burst: 100 } };

const unauthenticated: ErrorBody = errorBody('UNAUTHENTICATED', 'That token is none.');
const copy = (body: object): object => {
  const decoded = trustedJsonCodec.decode(trustedJsonCodec.encode(body));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.body;
};

/** Whom a token `name@end` is for, unless it has ended. */
const readToken = (token: string, now: number): { readonly id: string; readonly expiresAt: number } | undefined => {
  const [id = '', end] = token.split('@');
  const expiresAt = Number(end);
  return expiresAt > now ? { id, expiresAt } : undefined;
};

/** Everything between clients and the server, and what may go wrong there. */
export class Network implements Carrier {
  readonly links = new Set<SimulatedLink>();
  /** So many connections are refused before one is let through. */
  refusedConnections = 0;
  /** What the next joins and commands are refused with. */
  readonly refusals: ErrorBody[] = [];
  /** Milliseconds that the server takes for a token, and for guards. */
  authMs = 0;
  admissionMs = 0;
  refusedRenewals = 0;

  constructor(
    public rooms: TestRooms,
    readonly chance: () => number,
    readonly repeats = 0,
    readonly longestMs = 150,
  ) {}

  encode(op: string, ref: number, body: object): Packet {
    return { ref, wire: trustedJsonCodec.encode({ op, ref, ...body }) };
  }

  open(_url: URL, token: string, listener: LinkListener): Link {
    const link = new SimulatedLink(this, token, listener);
    this.links.add(link);
    return link;
  }

  linksOf(user: string): readonly SimulatedLink[] {
    return [...this.links].filter((link) => link.token.startsWith(`${user}@`));
  }

  /** The server process dies; another starts on the same store. `isSilent`: nobody is told of it. */
  async kill(isSilent: boolean): Promise<void> {
    for (const link of this.links) link.serverDied(isSilent);
    this.rooms = await this.rooms.kill();
  }

  /** Nothing more goes wrong. What is broken stays broken. */
  calm(): void {
    this.refusedConnections = this.authMs = this.admissionMs = this.refusedRenewals = 0;
    this.refusals.length = 0;
  }
}

/** One socket, both its ends and what is under way between them. */
export class SimulatedLink implements Link {
  readonly #up: Pipe;
  readonly #down: Pipe;
  #isClientThere = true;
  #isServerThere = true;
  #visit: Visit | undefined;
  #expiry = 0;

  constructor(
    private readonly network: Network,
    readonly token: string,
    private readonly listener: LinkListener,
  ) {
    const { chance, repeats, longestMs, rooms } = network;
    this.#up = new Pipe({ clock: rooms.clock, chance, longestMs, repeats });
    this.#down = new Pipe({ clock: rooms.clock, chance, longestMs, repeats });
    const isRefused = network.refusedConnections > 0;
    if (isRefused) network.refusedConnections -= 1;
    this.#up.put(() => (isRefused ? this.#serverEnds() : this.#knock()), false);
  }

  // The client's end

  send({ ref, wire }: Packet): void {
    if (!this.#isClientThere) throw new Error('sent on a link that has ended');
    this.#up.put(() => {
      const decoded = trustedJsonCodec.decode(wire as string);
      if (decoded.ok && this.#isServerThere) this.#visit?.receive(decoded.op, ref, decoded.body);
    });
  }

  close(): void {
    this.#isClientThere = false;
    this.#up.put(() => this.#gone(), false);
  }

  // What goes wrong

  /** The socket is lost; what is under way may be lost with it, in either direction. */
  cut(isUpLost: boolean, isDownLost: boolean): void {
    if (isUpLost) this.#up.cut();
    this.#clientHearsTheEnd(isDownLost);
    this.#later(isUpLost ? 100 : 0, () => this.#up.put(() => this.#gone(), false));
    if (isUpLost) this.#later(200, () => this.#gone());
  }

  /** Nothing passes any more, and nobody is told. */
  silence(): void {
    this.#up.cut();
    this.#down.cut();
    this.#later(SILENCE_MS, () => this.#gone());
  }

  serverDied(isSilent: boolean): void {
    this.#isServerThere = false;
    if (this.#visit !== undefined) this.#visit.isOpen = false;
    this.network.links.delete(this);
    if (isSilent) this.#down.cut();
    else this.#serverEnds();
  }

  // The server's end

  /** The room is there no more for this connection, and may be joined again. */
  detach(room: string, retryAfterMs: number): void {
    if (!this.#isServed()) return;
    this.#push({ op: 'closed', room, code: 'UNAVAILABLE', reason: 'too much to keep', retryAfterMs });
    this.#sessions?.leave(room).catch(() => {});
  }

  goodbye(retryAfterMs: number): void {
    if (!this.#isServed()) return;
    this.#push({ op: 'goodbye', reason: 'draining', retryAfterMs });
    this.#serverEnds();
  }

  #sessions: ReturnType<TestRooms['node']['connect']> | undefined;

  #isServed(): boolean {
    return this.#isServerThere && this.#visit?.isOpen === true;
  }

  #knock(): void {
    this.#later(this.network.authMs, () => {
      if (!this.#isServerThere) return;
      const user = readToken(this.token, this.#now());
      if (user === undefined) this.#serverEnds(unauthenticated);
      else this.#serve(user);
    });
  }

  #serve({ id, expiresAt }: { readonly id: string; readonly expiresAt: number }): void {
    const { network } = this;
    const { node } = network.rooms;
    const user = { id, name: id };
    const push = (frame: Frame): void => this.#push(frame.push);
    const sessions = node.connect({ id: `${node.id}-${network.chance()}`, user, push });
    this.#sessions = sessions;
    this.#visit = new Visit({
      userId: id,
      sessions,
      refusal: () => network.refusals.pop(),
      admitted: () => this.#admitted(),
      renew: (token) => this.#renew(token),
      answer: (ref, reply) => this.#answer(ref, reply),
    });
    this.#push({ op: 'hello', v: 1, caps: [], limits: LIMITS, now: this.#now() });
    this.#tell(() => this.listener.opened({ user, expiresAt }), false);
    this.#expireAt(expiresAt);
  }

  #admitted(): Promise<void> | undefined {
    const { admissionMs, chance, rooms } = this.network;
    if (admissionMs === 0) return undefined;
    return new Promise((resolve) => {
      rooms.clock.after(Math.ceil(chance() * admissionMs) + 1, resolve);
    });
  }

  #renew(token: string): Reply<AuthReply> {
    const user = this.network.refusedRenewals > 0 ? undefined : readToken(token, this.#now());
    this.network.refusedRenewals = Math.max(0, this.network.refusedRenewals - 1);
    if (user === undefined) return { ok: false, error: unauthenticated };
    this.#expireAt(user.expiresAt);
    return { ok: true, user: { id: user.id, name: user.id }, expiresAt: user.expiresAt };
  }

  #expireAt(expiresAt: number): void {
    this.#expiry = expiresAt;
    this.#later(expiresAt - this.#now(), () => {
      if (this.#expiry === expiresAt && this.#isServerThere) this.#serverEnds(unauthenticated);
    });
  }

  #push(push: Push): void {
    if (!this.#isServerThere) return;
    const body = copy(push) as Push;
    this.#tell(() => this.listener.pushed(body));
  }

  #answer(ref: number, reply: Reply): void {
    if (!this.#isServerThere) return;
    const body = copy(reply) as Reply;
    this.#tell(() => this.listener.answered(ref, body));
  }

  #tell(tell: () => void, mayRepeat = true): void {
    this.#down.put(() => {
      if (this.#isClientThere) tell();
    }, mayRepeat);
  }

  #serverEnds(error?: ErrorBody): void {
    this.#clientHearsTheEnd(false, error);
    this.#gone();
  }

  #clientHearsTheEnd(isAtOnce: boolean, error?: ErrorBody): void {
    const hear = (): void => {
      if (!this.#isClientThere) return;
      this.#isClientThere = false;
      this.listener.ended(error && new RoomError(error));
    };
    if (isAtOnce) this.#later(1, hear);
    else this.#down.put(hear, false);
  }

  #gone(): void {
    if (this.#isServerThere) this.#visit?.gone();
    this.#isServerThere = false;
    this.network.links.delete(this);
  }

  #now(): number {
    return this.network.rooms.clock.now();
  }

  #later(delayMs: number, run: () => void): void {
    this.network.rooms.clock.after(Math.max(1, delayMs), run);
  }
}
