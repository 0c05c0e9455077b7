import { errorBody, isRetryable, type ErrorBody, type ErrorCode, type WireIssue } from '@greenroom/protocol';

/** Why something was refused or given up. `code` is for matching, the message for a developer's log. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly code: ErrorCode;
  /** Whether the same may be asked again as it is. The client has done so already until its time was up. */
  readonly retryable: boolean;
  /** Milliseconds to wait before that. */
  readonly retryAfterMs: number | undefined;
  /** The room's own word, from `room.reject`. */
  readonly reason: string | undefined;
  /** What the contract's schema found wrong, and where. */
  readonly issues: readonly WireIssue[] | undefined;

  constructor({ code, message, retryAfterMs, reason, issues }: ErrorBody) {
    super(message);
    this.code = code;
    this.retryable = isRetryable(code);
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
    this.issues = issues;
  }
}

/** One that the client itself comes to. */
export const roomError = (code: ErrorCode, message: string): RoomError => new RoomError(errorBody(code, message));
