import {
  InternalError,
  MovedError,
  UnansweredError,
  UnavailableError,
  UnknownOutcomeError,
  type Clock,
  type Courier,
  type Envelope,
  type EnvelopeHandler,
  type ReplyTo,
  type Request,
  type RoomError,
  type Timer,
} from '@greenroom/rooms';
import { RefusedError, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Subscriptions } from '../subscriptions.js';
import { errorOf, readLetter, refusalOf, writeLetter, type Letter } from './letters.js';

export interface CourierContext {
  readonly redis: Sender;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  /** Of this courier alone: replies come to the inbox of this name. */
  readonly name: string;
  /** The node has not got the room, or not now. */
  onUnavailable(address: string): void;
  /** Nobody received what was sent to the node: its connection is gone. */
  onSilent(node: string): void;
  /** What is asked of the room, or what it answers, is no plain data. */
  onUnwritable(address: string, cause: unknown): void;
  report(error: unknown): void;
}

type Answer = Extract<Letter, { type: 'reply' | 'refusal' }>;

/** A node that has owed an answer for so long is asked whether it is there at all, milliseconds. */
const PATIENCE_MS = 250;

interface Pending {
  readonly node: string;
  readonly address: string;
  readonly since: number;
  readonly timer: Timer;
  resolve(value: unknown): void;
  reject(error: RoomError): void;
}

/**
 * Sends envelopes to the inbox of a node, a channel, and has the replies come to its own. The server says at once how many
 * have received what was published: none is a node that is gone. What was sent and is not answered has an unknown outcome: at
 * its deadline, or when the connection is lost by which the answer would have come.
 */
export class RedisCourier implements Courier {
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #isLooking = false;

  private constructor(private readonly context: CourierContext) {}

  static async open(context: CourierContext): Promise<RedisCourier> {
    const courier = new RedisCourier(context);
    const { subscriptions, keys, name } = context;
    subscriptions.onLost(() => courier.#failAll());
    await subscriptions.open(keys.inbox(name), (bytes) => courier.#hear(readLetter(bytes)));
    return courier;
  }

  send<R extends Request>(node: string, envelope: Envelope<R>): Promise<ReplyTo<R>> {
    const { clock, name } = this.context;
    const id = (this.#last += 1);
    return new Promise<ReplyTo<R>>((resolve, reject) => {
      const letter = this.#written({ type: 'request', id, from: name, envelope }, envelope.address);
      const late = (): void => this.#settle(id)?.reject(new UnknownOutcomeError());
      const timer = clock.after(envelope.deadline - clock.now(), late);
      // The handler answers the request it was handed.
      this.#pending.set(id, {
        node,
        address: envelope.address,
        since: clock.now(),
        timer,
        resolve: (value) => resolve(value as ReplyTo<R>),
        reject,
      });
      this.#lookLater();
      void this.#post(node, id, letter);
    });
  }

  async serve(node: string, handler: EnvelopeHandler): Promise<() => void> {
    const { subscriptions, keys } = this.context;
    const subscription = await subscriptions.open(keys.inbox(node), (bytes) => {
      const letter = readLetter(bytes);
      if (letter.type === 'request') void this.#answer(letter, handler);
    });
    return () => subscription.stop();
  }

  /** All nodes there are: what others owe will not come. */
  onNodes(nodes: readonly string[]): void {
    this.#failAll(({ node }) => !nodes.includes(node));
  }

  /** Whether anybody receives what is sent to the node. */
  async isHeard(node: string): Promise<boolean> {
    return (await this.#publish(node, writeLetter({ type: 'ping' }))) > 0;
  }

  async #post(node: string, id: number, letter: Buffer): Promise<void> {
    try {
      if ((await this.#publish(node, letter)) > 0) return;
      this.#settle(id)?.reject(new MovedError());
      this.context.onSilent(node);
    } catch (error) {
      this.#settle(id)?.reject(
        error instanceof RefusedError ? new UnavailableError(error) : new UnansweredError(error),
      );
    }
  }

  #lookLater(): void {
    if (this.#isLooking || this.#pending.size === 0) return;
    this.#isLooking = true;
    this.context.clock.after(PATIENCE_MS, () => void this.#look());
  }

  /** What was received by a node that died before it could answer need not be waited for. */
  async #look(): Promise<void> {
    const { clock } = this.context;
    const owing = new Set<string>();
    for (const { node, since } of this.#pending.values()) if (clock.now() - since >= PATIENCE_MS) owing.add(node);
    await Promise.all(Array.from(owing, (node) => this.#failUnlessHeard(node)));
    this.#isLooking = false;
    this.#lookLater();
  }

  async #failUnlessHeard(node: string): Promise<void> {
    try {
      if (await this.isHeard(node)) return;
    } catch {
      return;
    }
    this.#failAll((pending) => pending.node === node);
    this.context.onSilent(node);
  }

  async #answer({ id, from, envelope }: Extract<Letter, { type: 'request' }>, handler: EnvelopeHandler): Promise<void> {
    const answer = await handler(envelope).then(
      (value): Answer => ({ type: 'reply', id, value }),
      (thrown: unknown): Answer => ({ type: 'refusal', id, refusal: refusalOf(thrown) }),
    );
    try {
      await this.#publish(from, this.#answerWritten(answer, envelope.address));
    } catch (error) {
      // Who asked finds its outcome unknown.
      this.context.report(error);
    }
  }

  /** @throws InternalError at what is not plain data: the app's own doing. */
  #written(letter: Letter, address: string): Buffer {
    try {
      return writeLetter(letter);
    } catch (cause) {
      this.context.onUnwritable(address, cause);
      throw new InternalError(cause);
    }
  }

  #answerWritten(answer: Answer, address: string): Buffer {
    try {
      return this.#written(answer, address);
    } catch (error) {
      return writeLetter({ type: 'refusal', id: answer.id, refusal: refusalOf(error) });
    }
  }

  #publish(name: string, letter: Buffer): Promise<number> {
    return this.context.redis.send('SPUBLISH', this.context.keys.inbox(name), letter) as Promise<number>;
  }

  #hear(letter: Letter): void {
    if (letter.type === 'reply') this.#settle(letter.id)?.resolve(letter.value);
    if (letter.type !== 'refusal') return;
    const pending = this.#settle(letter.id);
    if (pending === undefined) return;
    const error = errorOf(letter.refusal);
    if (error.code === 'UNAVAILABLE') this.context.onUnavailable(pending.address);
    pending.reject(error);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    this.context.clock.cancel(pending.timer);
    return pending;
  }

  #failAll(which: (pending: Pending) => boolean = () => true): void {
    for (const [id, pending] of this.#pending) if (which(pending)) this.#settle(id)?.reject(new UnansweredError());
  }
}
