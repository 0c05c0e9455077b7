import type { Position } from '@greenroom/protocol';

/** What an accepted command came to, as a repeat of it is answered. */
export interface Outcome {
  readonly position: Position;
  readonly at: number;
  /** Reply data; left out when it was too big to keep. */
  readonly data?: unknown;
}
