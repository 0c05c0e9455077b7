import type { ClosedPush, JoinReply, Position, Reply } from '@greenroom/protocol';
import { backoffMs } from '../connection/backoff.js';
import type { Connection } from '../connection/connection.js';
import type { Environment } from '../environment.js';
import { RoomError, roomError } from '../room-error.js';
import { Outbox, type OutboxOptions } from './outbox.js';
import type { RoomStatus } from './room-status.js';

/** How long to wait before joining again, when the server does not say. */
const REJOIN = { firstMs: 250, longestMs: 10_000 };

export interface AttachmentContext {
  readonly connection: Connection;
  readonly environment: Environment;
  readonly outbox: OutboxOptions;
}

export interface AttachmentListener {
  /** What has been seen of the room: joining again goes on from there. */
  position(): Position | undefined;
  /** Joined, or joined again. */
  accepted(reply: JoinReply): void;
  changed(status: RoomStatus): void;
}

/** A client's place in a room: joins, joins again whenever it is lost, asks while it has one, until it is over. */
export class Attachment {
  readonly #outbox: Outbox;
  #status: RoomStatus = { state: 'away' };
  /** The resume secret of the last join. */
  #session: string | undefined;
  #isJoining = false;
  /** Joins asked for: one that is still on its way on a connection that was given up is not to take the session back. */
  #attempts = 0;
  #failures = 0;
  #refusal: RoomError | undefined;
  #cancelRejoin: (() => void) | undefined;
  /** Answers the first `join`. Later calls count for nothing. */
  #settleJoin: (error?: RoomError) => void = () => {};

  constructor(
    private readonly address: string,
    /** `params` and `data` of a join. */
    private readonly request: object,
    private readonly context: AttachmentContext,
    private readonly listener: AttachmentListener,
  ) {
    this.#outbox = new Outbox(
      (packet, answered) => context.connection.ask(packet, answered),
      () => this.#lost(),
      context.environment,
      context.outbox,
    );
  }

  get status(): RoomStatus {
    return this.#status;
  }

  /** Resolves when it is joined for the first time. Rejects with a RoomError, and it is over then. */
  join(): Promise<void> {
    const { environment, outbox } = this.context;
    return new Promise((resolve, reject) => {
      const cancel = environment.after(outbox.timeoutMs, () => {
        void this.end(this.#refusal ?? roomError('UNAVAILABLE', 'The room was not reached in time.'));
      });
      this.#settleJoin = (error) => {
        cancel();
        if (error === undefined) resolve();
        else reject(error);
      };
      this.attach();
    });
  }

  /** Joins, or joins again to fill in what was missed. */
  attach(): void {
    const { connection } = this.context;
    this.#cancelRejoin?.();
    if (this.#status.state === 'ended' || this.#isJoining || !connection.isOnline) return;
    this.#isJoining = true;
    this.#attempts += 1;
    const since = this.listener.position();
    const join = { room: this.address, ...this.request, session: this.#session, since, attempt: this.#attempts };
    connection.ask(connection.packet('join', join), (reply) => {
      this.#isJoining = false;
      this.#answered(reply as Reply<JoinReply> | undefined);
    });
  }

  /** The connection is lost. */
  offline(): void {
    this.#cancelRejoin?.();
    this.#away();
  }

  /** The server has ended it. */
  closed({ code, reason, retryAfterMs }: ClosedPush): void {
    const error = new RoomError({
      code,
      message: reason,
      retryable: false,
      reason,
      ...(retryAfterMs && { retryAfterMs }),
    });
    // A token has ended: the connection goes too, and comes back with another.
    if (error.retryable || code === 'UNAUTHENTICATED') return this.#lost(retryAfterMs);
    this.#session = undefined;
    void this.end(error);
  }

  /** Asks in order, while there is a place in the room; else when there is one again. Rejects with a RoomError. */
  ask(op: string, body: object, isCommand: boolean): Promise<object> {
    return this.#outbox.ask(this.context.connection.packet(op, { room: this.address, ...body }), isCommand);
  }

  /** For good. Resolves when the server, if it has to know, has been told. */
  async end(error?: RoomError): Promise<void> {
    if (this.#status.state === 'ended') return;
    const reason = error ?? roomError('NOT_A_MEMBER', 'The room was left.');
    this.#cancelRejoin?.();
    this.#outbox.close(reason);
    const told = this.#tell();
    this.#enter({ state: 'ended', ...(error && { error }) });
    this.#settleJoin(reason);
    await told;
  }

  /**
   * The server has to know, unless it has ended it. Behind a join that may still be on its way, and before any that
   * somebody asks for when they hear of it: the server takes them in order.
   */
  async #tell(): Promise<void> {
    const { connection } = this.context;
    if (!connection.isOnline || !(this.#isJoining || this.#session !== undefined)) return;
    const packet = connection.packet('leave', { room: this.address });
    await new Promise<void>((resolve) => connection.ask(packet, () => resolve()));
  }

  #answered(reply: Reply<JoinReply> | undefined): void {
    if (this.#status.state === 'ended' || reply === undefined) return;
    if (!reply.ok) return this.#refused(new RoomError(reply.error));
    this.#session = reply.session;
    this.#failures = 0;
    this.listener.accepted(reply);
    // Whoever was told may have left.
    if (this.#isOver()) return;
    this.#enter({ state: 'joined' });
    this.#outbox.open();
    this.#settleJoin();
  }

  #refused(error: RoomError): void {
    this.#refusal = error;
    if (error.retryable) this.#lost(error.retryAfterMs);
    else void this.end(error);
  }

  /** There is no place in the room any more, although the connection is there. */
  #lost(retryAfterMs = 0): void {
    const { environment } = this.context;
    this.#away();
    if (this.#isJoining) return;
    this.#cancelRejoin?.();
    const delayMs = retryAfterMs + backoffMs(this.#failures, REJOIN, () => environment.random());
    this.#failures += 1;
    this.#cancelRejoin = environment.after(delayMs, () => this.attach());
  }

  #away(): void {
    this.#outbox.pause();
    if (this.#status.state === 'joined') this.#enter({ state: 'away' });
  }

  #isOver(): boolean {
    return this.#status.state === 'ended';
  }

  #enter(status: RoomStatus): void {
    if (this.#status.state === status.state) return;
    this.#status = status;
    this.listener.changed(status);
  }
}
