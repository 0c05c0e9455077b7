/** How long to wait before trying again, with full jitter: anything up to a ceiling that doubles. */
export interface BackoffTimes {
  /** Milliseconds: the ceiling of the first wait. */
  readonly firstMs: number;
  /** Milliseconds: no wait is longer. */
  readonly longestMs: number;
}

/** Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export const backoffMs = (attempt: number, { firstMs, longestMs }: BackoffTimes, random: () => number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30)) * random();
