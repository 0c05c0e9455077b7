import type { Lineage } from '../log/store.js';

/** How a room was taken over. */
export interface Tenure {
  readonly lineage: readonly Lineage[];
  readonly handled: number;
  /** Its saved state is of another version, or none: it is saved with the first turn. */
  readonly mustSave: boolean;
  /** Positions of its log that no snapshot includes. */
  readonly unsaved: number;
}

/** Why a room cannot go on from what is in memory. */
export interface Loss {
  readonly cause: unknown;
  /** It would happen again at once: there is to be a pause, longer each time. */
  readonly pauses: boolean;
}
