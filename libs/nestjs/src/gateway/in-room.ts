import type {
  HistoryOperation,
  HistoryReply,
  JoinOperation,
  JoinReply,
  LeaveOperation,
  MembersOperation,
  MembersReply,
  SendOperation,
  SignalOperation,
} from '@greenroom/protocol';
import {
  ForbiddenError,
  NoSuchRoomError,
  NotAMemberError,
  RateLimitedError,
  UnknownCommandError,
  UnknownKindError,
  type PendingJoin,
  type RoomKind,
  type SendResult,
  type Sessions,
} from '@greenroom/rooms';
import type { JoinAttempt } from '../admission/admission.js';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import type { Desk } from './desk.js';
import type { Step } from './step.js';

const MEMBERS_PAGE = 100;
const HISTORY_PAGE = 200;
/** What one is told to wait for when a limit has no time of its own. */
const RETRY_AFTER_MS = 1000;
const HOUR_MS = 3_600_000;

/** What one connection does in rooms: each operation admitted, then handed to the engine. Everything rejects with a `RoomError`. */
export class InRoom {
  /** How each room was joined, so that a renewed token can be asked the same again. */
  readonly #attempts = new Map<string, JoinAttempt>();

  constructor(
    private readonly connection: CarrierConnection,
    private readonly sessions: Sessions,
    private readonly desk: Desk,
  ) {}

  /** The connection is gone. */
  end(): void {
    // Not at once: it may end while the engine is in the middle of pushing to it.
    queueMicrotask(() => this.sessions.drop());
    for (const address of this.#attempts.keys()) this.ended(address);
  }

  async join(operation: JoinOperation, step: Step): Promise<JoinReply> {
    const { room, address, params, data, session, since } = operation;
    const { admission, quota, settings } = this.desk;
    const kind = this.#kind(address.kind);
    const joined = this.sessions.addresses();
    if (joined.length >= settings.roomsPerConnection && !joined.includes(room))
      throw new RateLimitedError('rooms on one connection', RETRY_AFTER_MS);
    const attempt: JoinAttempt = { address: room, kind, params, data };
    const user = this.connection.user.id;
    let pending: PendingJoin | undefined;
    let isRefused = false;
    try {
      const reply = await admission.join(this.connection, attempt, async ({ unmakeable, ...admitted }) => {
        step.enter();
        const mayMake = quota.mayMake(user);
        const accepted = await this.sessions
          .join(room, {
            ...admitted,
            session,
            since,
            attempt: operation.attempt,
            mayCreate: unmakeable === undefined && mayMake,
            onCreated: () => quota.made(user),
          })
          .catch((thrown: unknown) => {
            if (!(thrown instanceof NoSuchRoomError) || kind.options.create !== 'on-join') throw thrown;
            throw unmakeable ?? new RateLimitedError('rooms made', HOUR_MS);
          });
        pending = accepted;
        // An interceptor has given up in the meantime.
        if (isRefused) accepted.cancel();
        return accepted.reply;
      });
      this.#begin(attempt, pending, step);
      return reply;
    } catch (thrown) {
      isRefused = true;
      pending?.cancel();
      throw thrown;
    }
  }

  /** The room's stream begins behind the reply. Without the one there is not the other: fail closed. */
  #begin(attempt: JoinAttempt, pending: PendingJoin | undefined, step: Step): void {
    if (pending === undefined) throw new ForbiddenError();
    step.whenAnswered((isTold) => {
      if (!this.connection.isOpen) return;
      if (!isTold) return pending.cancel();
      this.#attempts.set(attempt.address, attempt);
      this.connection.enter(attempt.address);
      pending.begin();
    });
  }

  async leave({ room, address }: LeaveOperation): Promise<object> {
    this.#kind(address.kind);
    await this.sessions.leave(room);
    this.ended(room);
    return {};
  }

  /** The connection's part in a room is over, whoever ended it. */
  ended(address: string): void {
    const attempt = this.#attempts.get(address);
    if (attempt === undefined) return;
    this.#attempts.delete(address);
    this.connection.exit(address);
    const { admission, logger } = this.desk;
    admission.left(this.connection, attempt.kind, address).catch((thrown: unknown) => logger.error(thrown));
  }

  /** Releases when the room has the command. What is wrong is thrown at once where it can be. */
  send({ room, address, name, data, id }: SendOperation, step: Step): Promise<SendResult> {
    const kind = this.#kind(address.kind);
    if (!Object.hasOwn(kind.contract.commands, name)) throw new UnknownCommandError(address.kind, name);
    this.#mustBeMember(room);
    return this.desk.admission.command(this.connection, { address: room, kind, name, data }, (admitted) => {
      step.enter();
      const sent = this.sessions.send(room, { name, data: admitted, commandId: id });
      step.release();
      return sent;
    });
  }

  async signal({ room, address, name, data }: SignalOperation, step: Step): Promise<object> {
    const kind = this.#kind(address.kind);
    if (!Object.hasOwn(kind.contract.signals ?? {}, name)) throw new UnknownCommandError(address.kind, name);
    this.#mustBeMember(room);
    const admitted = await this.desk.admission.signal(this.connection, { address: room, kind, name, data });
    step.enter();
    this.sessions.signal(room, name, admitted);
    return {};
  }

  async members({ room, after, limit }: MembersOperation): Promise<MembersReply> {
    return this.sessions.members(room, after, limit ?? MEMBERS_PAGE);
  }

  async history({ room, before, limit }: HistoryOperation): Promise<HistoryReply> {
    return this.sessions.history(room, before, limit ?? HISTORY_PAGE);
  }

  /** The rooms the connection is in, as it asked for them. */
  attempts(): readonly JoinAttempt[] {
    return [...this.#attempts.values()];
  }

  #kind(name: string): RoomKind {
    const kind = this.desk.node.kind(name);
    if (kind === undefined) throw new UnknownKindError(name);
    return kind;
  }

  /** Asked before admission, so that a room class's methods run for members only. */
  #mustBeMember(room: string): void {
    if (this.sessions.memberOf(room) === undefined) throw new NotAMemberError();
  }
}
