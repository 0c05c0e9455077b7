export const CONNECT_MS = 5000;
/** A server that owes an answer, and says nothing for so long, is not there: the connection is made anew. */
export const SILENT_MS = 4000;
/** A connection that is closed and does not end in so long is cut. ioredis has a timer for it, also where it has ended before. */
export const CLOSE_MS = 500;

const SLOWEST_RETRY_MS = 1000;

/** How long after a connection was lost, or not made, for the `times`th time, the next one is tried. */
export const retryMs = (times: number): number => Math.min(25 * 2 ** Math.min(times, 10), SLOWEST_RETRY_MS);
