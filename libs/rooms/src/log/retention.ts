import type { Entry } from './entry.js';
import type { Lineage, Retention } from './store.js';

/** Whether the entry may go: the saved state, which includes all up to `saved`, has it, and it is outside of any bound. */
export const isSpent = (entry: Entry, saved: number, keep: Retention): boolean =>
  entry.last <= saved && (entry.index < keep.index || entry.seq < keep.seq || entry.at < keep.after);

/** The epochs of which an entry is left when the oldest one left is at `first`; the newest always. */
export const lineageFrom = (lineage: readonly Lineage[], first: number): Lineage[] =>
  lineage.filter((_, i) => (lineage[i + 1]?.base ?? Infinity) > first);
