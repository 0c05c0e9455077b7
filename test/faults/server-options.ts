import type { Noise, Strike } from '@greenroom/testing/faults';

/** What one process of a run is told, as JSON in `FAULTS`. */
export interface ServerOptions {
  /** Where rooms are kept: a folder of its own, or a Redis that it shares. */
  readonly store: { readonly dataDir: string } | { readonly redisUrl: string };
  readonly secret: string;
  readonly seed: number;
  readonly strikes: readonly Strike[];
  readonly noise: readonly Noise[];
  /** A room is saved after so many entries. */
  readonly snapshotEntries: number;
  /** A room keeps so many events. */
  readonly historyEvents: number;
}

/** What it tells, a line of JSON each on stdout. */
export type ServerWord =
  { readonly hits: Readonly<Record<string, number>> } | { readonly strike: string; readonly action: string };

/** An empty room is unloaded after so long, and nobody waits longer for a member who was lost: milliseconds. */
export const REST_MS = 207;
export const GRACE_MS = 1000;
