import type { AuthReply, ErrorCode, HelloPush, Push, WireMember } from '@greenroom/protocol';
import type { Environment } from '../environment.js';
import { RoomError, roomError } from '../room-error.js';
import { backoffMs } from './backoff.js';
import type { Carrier, Link, LinkListener, Packet } from './carrier.js';
import { OpenLink } from './open-link.js';
import type { Answered } from './pending.js';
import type { ClientStatus } from './status.js';

/** A token, or what gets one: called for every new link, and before a token ends. */
export type TokenSource = string | (() => string | Promise<string>);

const BACKOFF = { firstMs: 250, longestMs: 10_000 };
/** A token that takes longer, and a link that takes longer to open, have failed. */
const TOKEN_WITHIN_MS = 30_000;
const OPEN_WITHIN_MS = 10_000;
/** A link that held for so long was a good one: the next trouble is a new one. */
const GOOD_AFTER_MS = 5000;

/** What trying again does not change. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'BAD_FRAME']);

export interface ConnectionListener {
  /** Operations can be asked. */
  online(): void;
  /** What was asked has been told that it is lost. */
  offline(): void;
  pushed(push: Push): void;
  /** It will not come back by itself. */
  closed(error: RoomError): void;
  changed(status: ClientStatus): void;
}

type Phase =
  | { readonly is: 'idle' }
  | { readonly is: 'connecting'; link?: Link; hello?: HelloPush; cancel: () => void }
  | { readonly is: 'online'; readonly open: OpenLink; readonly user: WireMember; readonly since: number }
  | { readonly is: 'waiting'; readonly retryAt: number; readonly error: RoomError | undefined; cancel: () => void }
  | { readonly is: 'closed'; readonly error: RoomError | undefined };

/** Keeps a link to the server: connects, and connects again, with full jitter, until it is told to stop. */
export class Connection {
  #phase: Phase = { is: 'idle' };
  #refs = 0;
  /** Links that failed one after the other. */
  #failures = 0;
  /** Tokens refused one after the other. */
  #refusals = 0;
  /** The server asked not to come back before. */
  #notBefore = 0;
  /** Whose connection this is, once known: it is never another's. */
  #userId: string | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(
    private readonly url: URL,
    private readonly token: TokenSource,
    private readonly carrier: Carrier,
    private readonly environment: Environment,
    private readonly listener: ConnectionListener,
  ) {}

  get status(): ClientStatus {
    const phase = this.#phase;
    switch (phase.is) {
      case 'idle':
      case 'connecting':
        return { state: phase.is };
      case 'online':
        return { state: 'online', user: phase.user };
      case 'waiting':
        return { state: 'waiting', retryAt: phase.retryAt, ...(phase.error && { error: phase.error }) };
      case 'closed':
        return { state: 'closed', ...(phase.error && { error: phase.error }) };
    }
  }

  get isOnline(): boolean {
    return this.#phase.is === 'online';
  }

  /** Connects, unless it does or has already. */
  open(): void {
    if (this.#phase.is !== 'idle' && this.#phase.is !== 'closed') return;
    this.#stopWatching = this.environment.watchNetwork(
      () => this.#networkIsBack(),
      () => this.#fail(),
    );
    this.#connect();
  }

  close(): void {
    this.#end();
  }

  /** @throws TypeError, RangeError or RoomError for what cannot travel. */
  packet(op: string, body: object): Packet {
    return this.carrier.encode(op, this.#nextRef(), body);
  }

  /** Asks, and tells the answer, or that it was lost. At once when there is no link. */
  ask(packet: Packet, answered: Answered): void {
    if (this.#phase.is === 'online') this.#phase.open.ask(packet, answered);
    else answered(undefined);
  }

  /** Says something that is not answered, if there is a link. */
  tell(packet: Packet): void {
    if (this.#phase.is === 'online') this.#phase.open.tell(packet);
  }

  #nextRef(): number {
    this.#refs += 1;
    return this.#refs;
  }

  /** Goes from one phase to the next. Nothing of the old one is left when the others hear of it. */
  #enter(phase: Phase): void {
    const was = this.#phase;
    this.#phase = phase;
    if (was.is === 'connecting' || was.is === 'waiting') was.cancel();
    if (was.is === 'connecting' && phase.is !== 'online') was.link?.close();
    if (was.is === 'online') {
      was.open.end();
      this.listener.offline();
    }
    if (phase.is === 'closed' && phase.error !== undefined) this.listener.closed(phase.error);
    // Whoever heard of it may have gone on from there.
    if (this.#phase === phase) this.listener.changed(this.status);
  }

  #connect(): void {
    const cancel = this.environment.after(TOKEN_WITHIN_MS, () => this.#fail());
    const phase: Phase & { is: 'connecting' } = { is: 'connecting', cancel };
    this.#enter(phase);
    void this.#prepare(phase);
  }

  async #prepare(phase: Phase & { is: 'connecting' }): Promise<void> {
    try {
      const token = await this.#freshToken();
      if (this.#phase === phase) this.#link(phase, token);
    } catch (cause) {
      if (this.#phase === phase) this.#fail(noLink(cause));
    }
  }

  #link(phase: Phase & { is: 'connecting' }, token: string): void {
    phase.cancel();
    phase.cancel = this.environment.after(OPEN_WITHIN_MS, () => this.#fail());
    const isOver = (): boolean =>
      !(this.#phase === phase || (this.#phase.is === 'online' && this.#phase.open === open));
    let open: OpenLink | undefined;
    const listener: LinkListener = {
      opened: (auth) => {
        if (isOver() || phase.link === undefined) return;
        open = this.#opened(phase, phase.link, auth);
      },
      answered: (ref, reply) => {
        if (isOver()) return;
        open?.heard();
        open?.answer(ref, reply);
      },
      pushed: (push) => {
        if (isOver()) return;
        open?.heard();
        if (push.op === 'hello') phase.hello = push;
        else if (push.op === 'goodbye') this.#notBefore = this.environment.now() + push.retryAfterMs;
        else if (open !== undefined) this.listener.pushed(push);
      },
      ended: (error) => {
        if (!isOver()) this.#fail(error);
      },
    };
    phase.link = this.carrier.open(this.url, token, listener);
  }

  #opened(phase: Phase & { is: 'connecting' }, link: Link, auth: AuthReply): OpenLink | undefined {
    const { id } = auth.user;
    if (this.#userId !== undefined && this.#userId !== id) {
      this.#end(roomError('FORBIDDEN', 'The token is of another user: a client is of one user alone.'));
      return undefined;
    }
    this.#userId = id;
    this.#refusals = this.#notBefore = 0;
    const { carrier, environment } = this;
    const open = new OpenLink(link, auth, phase.hello, {
      carrier,
      environment,
      nextRef: () => this.#nextRef(),
      token: () => this.#freshToken(),
      giveUp: (error) => this.#fail(error),
    });
    this.#enter({ is: 'online', open, user: auth.user, since: environment.now() });
    this.listener.online();
    return open;
  }

  /** The link ended, or never was one. */
  #fail(error?: RoomError): void {
    const phase = this.#phase;
    if (phase.is !== 'connecting' && phase.is !== 'online') return;
    if (phase.is === 'connecting' && error?.code === 'UNAUTHENTICATED') {
      this.#refusals += 1;
      // What it had at hand was too old, it may be. Another that is refused too is a user who must sign in.
      if (this.#refusals > 1 || typeof this.token === 'string') this.#end(error);
      else this.#connect();
    } else if (error !== undefined && FOR_GOOD.has(error.code)) this.#end(error);
    else this.#wait(phase, error);
  }

  #wait(was: Phase, error: RoomError | undefined): void {
    const { environment } = this;
    const now = environment.now();
    if (was.is === 'online' && now - was.since >= GOOD_AFTER_MS) this.#failures = 0;
    this.#notBefore = Math.max(this.#notBefore, now + (error?.retryAfterMs ?? 0));
    const delayMs = this.#notBefore - now + backoffMs(this.#failures, BACKOFF, () => environment.random());
    this.#failures += 1;
    const cancel = environment.after(delayMs, () => this.#connect());
    this.#enter({ is: 'waiting', retryAt: now + delayMs, error, cancel });
  }

  #end(error?: RoomError): void {
    this.#stopWatching?.();
    this.#refusals = this.#failures = this.#notBefore = 0;
    this.#enter({ is: 'closed', error });
  }

  #networkIsBack(): void {
    if (this.#phase.is === 'waiting' && this.environment.now() >= this.#notBefore) this.#connect();
  }

  async #freshToken(): Promise<string> {
    const { token } = this;
    return typeof token === 'string' ? token : token();
  }
}

/** The application has no token, or the host refuses to connect at all. */
function noLink(cause: unknown): RoomError {
  const error = roomError('UNAVAILABLE', `There is no connection: ${String(cause)}`);
  error.cause = cause;
  return error;
}
