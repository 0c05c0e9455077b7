import type { AuthReply, HelloPush, Reply } from '@greenroom/protocol';
import type { Environment } from '../environment.js';
import { RoomError } from '../room-error.js';
import type { Carrier, Link, Packet } from './carrier.js';
import { Pacer } from './pacer.js';
import { Pending, type Answered } from './pending.js';
import { Renewal } from './renewal.js';

/** An operation that is not answered for so long: the link is of no use. Above all that a server may take for one. */
const ANSWER_WITHIN_MS = 30_000;
/** When nothing was heard for so long the server is asked whether it is there, and given so long to say so. */
const QUIET_MS = 25_000;
const PING_WITHIN_MS = 10_000;

/** What one that is served stands on. */
export interface OpenLinkContext {
  readonly carrier: Carrier;
  readonly environment: Environment;
  readonly nextRef: () => number;
  readonly token: () => Promise<string>;
  /** The link is of no use any more, or this user is not wanted: an error then. */
  readonly giveUp: (error?: RoomError) => void;
}

/** A link from the moment the server knows who this is: asks in order, keeps itself alive, renews its token. */
export class OpenLink {
  readonly #pacer: Pacer;
  readonly #pending: Pending;
  readonly #renewal: Renewal;
  #heardAt: number;
  #stopListening: () => void;

  constructor(
    private readonly link: Link,
    { expiresAt }: AuthReply,
    hello: HelloPush | undefined,
    private readonly context: OpenLinkContext,
  ) {
    const { environment } = context;
    this.#pacer = new Pacer(environment);
    this.#pacer.start(hello?.limits.commands);
    this.#pending = new Pending(environment);
    this.#heardAt = environment.now();
    this.#stopListening = this.#listen();
    const aheadMs = hello === undefined ? 0 : hello.now - environment.now();
    this.#renewal = new Renewal(environment, aheadMs, context.token, (token, renewed) => {
      this.#ask('auth', { token }, ANSWER_WITHIN_MS, (reply) => this.#renewed(reply as Reply<AuthReply>, renewed));
    });
    this.#renewal.schedule(expiresAt);
  }

  /** Something came in. */
  heard(): void {
    this.#heardAt = this.context.environment.now();
  }

  answer(ref: number, reply: Reply): void {
    this.#pending.answer(ref, reply);
  }

  /** Sent in the order asked, as fast as the server takes it. Answered exactly once. */
  ask(packet: Packet, answered: Answered, withinMs = ANSWER_WITHIN_MS): void {
    this.#pending.add(packet.ref, answered, withinMs, () => this.context.giveUp());
    this.#pacer.run(() => this.link.send(packet));
  }

  /** Sent at once, never answered. */
  tell(packet: Packet): void {
    this.link.send(packet);
  }

  /** The link is gone, or is not wanted any more. What was asked is told that it is lost. */
  end(): void {
    this.#stopListening();
    this.#renewal.stop();
    this.#pacer.stop();
    this.link.close();
    this.#pending.lose();
  }

  #ask(op: string, body: object, withinMs: number, answered: Answered): void {
    this.ask(this.context.carrier.encode(op, this.context.nextRef(), body), answered, withinMs);
  }

  #renewed(reply: Reply<AuthReply> | undefined, renewed: (expiresAt: number | undefined | 'refused') => void): void {
    if (reply?.ok) renewed(reply.expiresAt);
    else if (reply?.error.code === 'FORBIDDEN') this.context.giveUp(new RoomError(reply.error));
    else if (reply !== undefined) renewed('refused');
  }

  #listen(): () => void {
    const { environment } = this.context;
    const quietMs = environment.now() - this.#heardAt;
    const cancel = environment.after(Math.max(QUIET_MS - quietMs, 1), () => {
      if (environment.now() - this.#heardAt >= QUIET_MS) this.#ask('ping', {}, PING_WITHIN_MS, () => {});
      this.#heardAt = Math.max(this.#heardAt, environment.now() - QUIET_MS + PING_WITHIN_MS);
      this.#stopListening = this.#listen();
    });
    return cancel;
  }
}
