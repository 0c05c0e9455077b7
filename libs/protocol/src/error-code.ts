/** Every way an operation can fail, in the order of protocol.md. A new code is a new version of the wire. */
export const ERROR_CODES = [
  'BAD_FRAME',
  'UNKNOWN_OP',
  'BAD_ADDRESS',
  'UNKNOWN_KIND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_A_MEMBER',
  'UNKNOWN_COMMAND',
  'INVALID',
  'REJECTED',
  'TOO_LARGE',
  'RATE_LIMITED',
  'BUSY',
  'ROOM_FULL',
  'ROOM_CLOSED',
  'DIVERGED',
  'UNAVAILABLE',
  'UNKNOWN_OUTCOME',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * Whether the same operation may succeed when sent again unchanged.
 * After `UNKNOWN_OUTCOME` it must carry the same command `id`, else it may take effect twice.
 */
export function isRetryable(code: ErrorCode): boolean {
  return code === 'RATE_LIMITED' || code === 'BUSY' || code === 'UNAVAILABLE' || code === 'UNKNOWN_OUTCOME';
}
