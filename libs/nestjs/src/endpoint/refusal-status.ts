import type { RoomError } from '@greenroom/rooms';

/** The HTTP status a connection is refused with. */
export type RefusalStatus = 401 | 403 | 429 | 503;

/** What is not about who they are, how many, or when, is 403: a peer learns nothing from how a guard failed. */
export function statusOf({ code }: RoomError): RefusalStatus {
  if (code === 'UNAUTHENTICATED') return 401;
  if (code === 'RATE_LIMITED' || code === 'BUSY') return 429;
  return code === 'UNAVAILABLE' ? 503 : 403;
}
