import { isRetryable, type ErrorCode } from './error-code.js';

/** What a schema found wrong, and where. Source: Standard Schema v1 issues, without the value. */
export interface WireIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Why an operation failed, as it travels. Never carries back what the client sent. */
export interface ErrorBody {
  readonly code: ErrorCode;
  /** One sentence for a developer's log; not for matching. */
  readonly message: string;
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again. */
  readonly retryAfterMs?: number;
  /** The room's own word, from `room.reject`. */
  readonly reason?: string;
  readonly issues?: readonly WireIssue[];
}

/** What a failure may say beyond its code and sentence. Members that are `undefined` are left out. */
export interface ErrorExtra {
  readonly retryAfterMs?: number | undefined;
  readonly reason?: string | undefined;
  readonly issues?: readonly WireIssue[] | undefined;
}

/** Builds an `ErrorBody`; `retryable` follows from the code. */
export function errorBody(code: ErrorCode, message: string, extra: ErrorExtra = {}): ErrorBody {
  return {
    code,
    message,
    retryable: isRetryable(code),
    ...(extra.retryAfterMs !== undefined && { retryAfterMs: extra.retryAfterMs }),
    ...(extra.reason !== undefined && { reason: extra.reason }),
    ...(extra.issues !== undefined && { issues: extra.issues }),
  };
}
