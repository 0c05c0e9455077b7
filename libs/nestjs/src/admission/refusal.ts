import { ERROR_CODES, type ErrorCode } from '@greenroom/protocol';
import {
  ForbiddenError,
  InternalError,
  InvalidError,
  RejectedError,
  RoomError,
  UnavailableError,
  type Issue,
} from '@greenroom/rooms';
import { HttpException } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { issuesIn } from './issues.js';

/** Marks what pipes threw: there an unknown error that lists issues is about the client's payload. */
export class PipeRefusal extends Error {
  override readonly name = 'PipeRefusal';
  constructor(override readonly cause: unknown) {
    super('A pipe refused the data.');
  }
}

/** What Nest says for a guard that returned `false`: nobody's own words. */
const GUARD_SAID_NO = 'Forbidden resource';

/** The words the app gave an HTTP exception, if it gave any: Nest adds `error` beside a message of one's own. */
const ownWords = (exception: HttpException): string | undefined => {
  const response = exception.getResponse();
  if (typeof response === 'string') return response;
  const { message, error } = response as { message?: unknown; error?: unknown };
  return typeof message === 'string' && error !== undefined && message !== GUARD_SAID_NO ? message : undefined;
};

const withReason = (reason: string | undefined): { reason?: string } => (reason === undefined ? {} : { reason });

const fromHttp = (exception: HttpException): RoomError => {
  const status = exception.getStatus();
  const reason = ownWords(exception);
  switch (status) {
    case 400:
    case 422: {
      const listed = issuesIn(exception.getResponse());
      return new InvalidError('data', listed ?? (reason === undefined ? [] : [{ path: [], message: reason }]));
    }
    case 401:
      return new RoomError('UNAUTHENTICATED', 'Who is asking is not known.', withReason(reason));
    case 403:
      return new ForbiddenError(reason);
    case 404:
      // Looks like any forbidden room, so that nobody can find out which exist.
      return new ForbiddenError();
    case 413:
      return new RoomError('TOO_LARGE', 'That is too large.', withReason(reason));
    case 429:
      return new RoomError('RATE_LIMITED', 'Too many at a time.', { ...withReason(reason), retryAfterMs: 1000 });
    case 503:
      return new UnavailableError(exception);
    default:
      return status >= 400 && status < 500 ? new RejectedError(reason) : new InternalError(exception);
  }
};

const isErrorCode = (code: unknown): code is ErrorCode => (ERROR_CODES as readonly unknown[]).includes(code);

const fromWs = (exception: WsException): RoomError => {
  const error: unknown = exception.getError();
  if (typeof error === 'string') return new RejectedError(error);
  const { code, message, reason, retryAfterMs, issues } = error as Record<string, unknown>;
  const words = typeof reason === 'string' ? reason : typeof message === 'string' ? message : undefined;
  if (!isErrorCode(code)) return new RejectedError(words);
  const listed: Issue[] | undefined = issuesIn(issues);
  return new RoomError(code, typeof message === 'string' ? message : exception.message, {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    ...(listed !== undefined && { issues: listed }),
  });
};

/**
 * What a client is told of anything a guard, pipe, interceptor or room class threw. What is not known to be meant for
 * clients is `INTERNAL`, with the thrown thing as its cause: for the log, never for the wire.
 */
export const toRefusal = (thrown: unknown): RoomError => {
  if (thrown instanceof RoomError) return thrown;
  if (thrown instanceof HttpException) return fromHttp(thrown);
  if (thrown instanceof WsException) return fromWs(thrown);
  if (thrown instanceof PipeRefusal) {
    const refusal = toRefusal(thrown.cause);
    const issues = refusal.code === 'INTERNAL' ? issuesIn(thrown.cause) : undefined;
    return issues === undefined ? refusal : new InvalidError('data', issues);
  }
  return new InternalError(thrown);
};
