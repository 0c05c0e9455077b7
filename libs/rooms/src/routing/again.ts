import type { Clock } from '../clock.js';
import { RoomError } from '../errors.js';

/** So long after a room can be reached again it has heard. */
const LONGEST_PAUSE_MS = 5000;
/** What a room that cannot be reached just then must hear is told it so often again: for ten minutes at least. */
export const TRIES = 125;

/**
 * Has something that failed tried again, unless that is of no use or has been done often enough.
 * @param firstMs after which it is tried again the first time; doubling.
 * @param tries that are left.
 * @param again is told how many are left then.
 * @returns whether it will be.
 */
export const tryAgain = (
  clock: Clock,
  error: unknown,
  { firstMs, tries }: { readonly firstMs: number; readonly tries: number },
  again: (tries: number) => void,
): boolean => {
  if (tries === 0 || !(error instanceof RoomError) || !error.retryable) return false;
  clock.after(Math.min(firstMs * 2 ** (TRIES - tries), LONGEST_PAUSE_MS), () => again(tries - 1));
  return true;
};
