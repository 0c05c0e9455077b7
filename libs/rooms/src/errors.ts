import { errorBody, isRetryable, type ErrorBody, type ErrorCode } from '@greenroom/protocol';

export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Details {
  readonly retryAfterMs?: number;
  readonly reason?: string;
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
}

/** A refusal with a stable code: what a client, a `RoomsService` caller and a test see. Its message is fit to be shown. */
export class RoomError extends Error {
  override readonly name: string = 'RoomError';
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** A room's own word, from `room.reject`. */
  readonly reason: string | undefined;
  readonly issues: readonly Issue[] | undefined;
  /** A join was refused by the room that it had made, which stays. */
  hasMadeRoom = false;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: Details = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.retryable = isRetryable(code);
    this.retryAfterMs = details.retryAfterMs;
    this.reason = details.reason;
    this.issues = details.issues;
  }

  /** The form it has on the wire: never the cause, never the payload. */
  toBody(): ErrorBody {
    return errorBody(this.code, this.message, {
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.issues !== undefined && { issues: this.issues }),
    });
  }
}

export class UnknownKindError extends RoomError {
  constructor(kind: string) {
    super('UNKNOWN_KIND', `There is no kind of room called ${kind}.`);
  }
}
export class UnknownCommandError extends RoomError {
  constructor(kind: string, name: string) {
    super('UNKNOWN_COMMAND', `A ${kind} has no command ${name}.`);
  }
}
export class InvalidError extends RoomError {
  constructor(what: string, issues: readonly Issue[]) {
    super('INVALID', `The ${what} does not have the shape the room asks for.`, { issues });
  }
}
export class NotAMemberError extends RoomError {
  constructor() {
    super('NOT_A_MEMBER', 'Only members of the room may do that.');
  }
}
/** Missing and forbidden rooms look alike, so that nobody can find out which exist. */
export class ForbiddenError extends RoomError {
  constructor(reason?: string) {
    super('FORBIDDEN', 'That is not allowed.', reason === undefined ? {} : { reason });
  }
}
/** There is no such room, and it was not to be made. On the wire it is any forbidden one. */
export class NoSuchRoomError extends ForbiddenError {}
export class RejectedError extends RoomError {
  constructor(reason?: string) {
    super('REJECTED', 'The room does not take that now.', reason === undefined ? {} : { reason });
  }
}
export class RoomFullError extends RoomError {
  constructor() {
    super('ROOM_FULL', 'The room has no place left.');
  }
}
export class RoomClosedError extends RoomError {
  constructor(reason?: string) {
    super('ROOM_CLOSED', 'The room is closed.', reason === undefined ? {} : { reason });
  }
}
export class RateLimitedError extends RoomError {
  constructor(what: string, retryAfterMs: number) {
    super('RATE_LIMITED', `Too many ${what}.`, { retryAfterMs });
  }
}
export class BusyError extends RoomError {
  constructor(what: string, retryAfterMs = 250) {
    super('BUSY', `${what} is busy.`, { retryAfterMs });
  }
}
export class UnavailableError extends RoomError {
  constructor(cause?: unknown, retryAfterMs = 500) {
    super('UNAVAILABLE', 'The room cannot be reached now; nothing was done.', { cause, retryAfterMs });
  }
}
export class UnknownOutcomeError extends RoomError {
  constructor(cause?: unknown) {
    super('UNKNOWN_OUTCOME', 'Whether it was done is not known: try again with the same command id.', { cause });
  }
}
/** Another node has the room, or is to have it: nothing was done here, and that one is to be asked. */
export class MovedError extends UnavailableError {}
/** What was asked before has not come, from this index of its round on, and will not be taken any more. */
export class GapError extends MovedError {
  constructor(readonly index: number) {
    super();
  }
}
/** The node that was asked owes an answer that will not come any more. */
export class UnansweredError extends UnknownOutcomeError {}
export class DivergedError extends RoomError {
  constructor(detail: string, cause?: unknown) {
    const message = `The room's log does not fit its machine: ${detail}. Was it changed without a new version?`;
    super('DIVERGED', message, { cause });
  }
}
export class InternalError extends RoomError {
  constructor(cause: unknown) {
    super('INTERNAL', 'The room failed to handle that; nothing was done.', { cause });
  }
}

/** A command in whose turn the room was lost again and again: it does not reach the room for a while. */
export class QuarantinedError extends RoomError {
  constructor() {
    super('INTERNAL', 'The room failed at that again and again, and does not try it for a while.', {
      reason: 'quarantined',
    });
  }
}

/** What a user wrote (a contract, a machine, an option) cannot work. Thrown at start-up, in one clear sentence. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** Another owner has claimed the room since. Nothing was written. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
  constructor(address: string) {
    super(`${address} has another owner now.`);
  }
}
/** The store refused a write. Nothing was written. */
export class StoreRefusedError extends Error {
  override readonly name = 'StoreRefusedError';
}

/**
 * The store has written, and failed to make it durable: what it shows may be lost with the power. Nothing it has not
 * acknowledged can be relied on: before its next write it goes back to what is durable.
 */
export class NotFlushedError extends Error {
  override readonly name = 'NotFlushedError';
  constructor(cause: unknown) {
    super('The store has written but could not flush.', { cause });
  }
}

/** The store did not answer in time: what was asked may be done, now or later. */
export class StoreSilentError extends Error {
  override readonly name = 'StoreSilentError';
  constructor(withinMs: number) {
    super(`The store did not answer within ${withinMs} ms.`);
  }
}

/** Turns whatever was thrown into one of ours. The one edge where unknown errors become known ones. */
export const toRoomError = (thrown: unknown): RoomError =>
  thrown instanceof RoomError ? thrown : new InternalError(thrown);
