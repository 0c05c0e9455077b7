import { CLOSE, type ErrorCode } from '@greenroom/protocol';
import type { RoomError } from '@greenroom/rooms';

/** RFC 6455's own codes for what 44xx has none: come back later, and our fault. */
const TRY_LATER = 1013;
const INTERNAL = 1011;

const CODES = new Map<ErrorCode, number>([
  ['UNAUTHENTICATED', CLOSE.unauthenticated],
  ['FORBIDDEN', CLOSE.refused],
  ['RATE_LIMITED', CLOSE.tooMany],
  ['BUSY', CLOSE.tooMany],
  ['BAD_FRAME', CLOSE.notThisProtocol],
  ['UNAVAILABLE', TRY_LATER],
]);

/** What a plain WebSocket is closed with when it is refused for this error. */
export const closeCodeOf = (error: RoomError): number => CODES.get(error.code) ?? INTERNAL;

const ERRORS = new Map<number, ErrorCode>([...CODES].map(([error, close]) => [close, error]));

/** The error a close code stands for, for a carrier that has no close codes. */
export const errorCodeOf = (close: number): ErrorCode | undefined => ERRORS.get(close);
