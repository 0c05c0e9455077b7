import type { AuthReply, HelloPush, Reply } from '@greenroom/protocol';
import type { Environment } from '../environment.js';
import { RoomError } from '../room-error.js';
import type { Carrier, Link, Packet } from './carrier.js';
import { Pacer } from './pacer.js';
import { Pending, type Answered } from './pending.js';
import { Renewal } from './renewal.js';

/** How often the link is looked at. By counting: clocks are set, and stand still while a machine sleeps. */
const LOOK_MS = 5000;
/** Nothing heard for so many looks: the server is asked whether it is there. */
const QUIET = 5;
/** Nothing heard for so many looks since it was asked something: the link is dead. Above all that a server takes for one. */
const DEAD = 3;

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
  readonly #pending = new Pending();
  readonly #renewal: Renewal;
  /** Looks since something was heard, or asked after that. */
  #quiet = 0;
  #isAsked = false;
  #stopLooking: () => void;

  constructor(
    private readonly link: Link,
    { expiresAt }: AuthReply,
    hello: HelloPush | undefined,
    private readonly context: OpenLinkContext,
  ) {
    const { environment } = context;
    this.#pacer = new Pacer(environment);
    this.#pacer.start(hello?.limits.commands);
    this.#stopLooking = this.#look();
    const aheadMs = hello === undefined ? 0 : hello.now - environment.now();
    this.#renewal = new Renewal(environment, aheadMs, context.token, (token, renewed) => {
      this.#ask('auth', { token }, (reply) => this.#renewed(reply as Reply<AuthReply>, renewed));
    });
    this.#renewal.schedule(expiresAt);
  }

  /** Something came in. */
  heard(): void {
    this.#isAsked = false;
    this.#quiet = 0;
  }

  answer(ref: number, reply: Reply): void {
    this.#pending.answer(ref, reply);
  }

  /** Sent in the order asked, as fast as the server takes it. Answered exactly once. */
  ask(packet: Packet, answered: Answered): void {
    this.#pending.add(packet.ref, answered);
    this.#pacer.run(() => {
      if (!this.#isAsked) this.#quiet = 0;
      this.#isAsked = true;
      this.link.send(packet);
    });
  }

  /** Sent at once, never answered. */
  tell(packet: Packet): void {
    this.link.send(packet);
  }

  /** The link is gone, or is not wanted any more. What was asked is told that it is lost. */
  end(): void {
    this.#stopLooking();
    this.#renewal.stop();
    this.#pacer.stop();
    this.link.close();
    this.#pending.lose();
  }

  #ask(op: string, body: object, answered: Answered): void {
    this.ask(this.context.carrier.encode(op, this.context.nextRef(), body), answered);
  }

  #renewed(reply: Reply<AuthReply> | undefined, renewed: (expiresAt: number | undefined | 'refused') => void): void {
    if (reply?.ok) renewed(reply.expiresAt);
    else if (reply?.error.code === 'FORBIDDEN') this.context.giveUp(new RoomError(reply.error));
    else if (reply !== undefined) renewed('refused');
  }

  #look(): () => void {
    return this.context.environment.after(LOOK_MS, () => {
      this.#quiet += 1;
      if (this.#isAsked && this.#quiet >= DEAD) return this.context.giveUp();
      if (this.#quiet >= QUIET) this.#ask('ping', {}, () => {});
      this.#stopLooking = this.#look();
    });
  }
}
