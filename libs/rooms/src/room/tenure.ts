import type { Lineage } from '../log/store.js';

/** How a room was taken over. */
export interface Tenure {
  readonly lineage: readonly Lineage[];
  readonly handled: number;
  /** Its saved state is of another version, or none: it is saved with the first turn. */
  readonly mustSave: boolean;
  /** Entries of its log that no snapshot includes: it was loaded from them. */
  readonly unsaved: number;
  /**
   * Until then (milliseconds since 1970) a turn takes one letter: it was lost by its own fault, and if it is lost again
   * there is to be no doubt by which.
   */
  readonly cautiousUntil: number;
}

/** The command by which a room was lost. */
export interface Culprit {
  readonly member: string;
  readonly command: string;
}

/** Why a room cannot go on from what is in memory. */
export interface Loss {
  readonly cause: unknown;
  /** It would happen again at once: there is to be a pause, longer each time. */
  readonly pauses: boolean;
  /** Whose fault it was, when there is no doubt. */
  readonly culprit?: Culprit;
}
