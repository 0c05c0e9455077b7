import type { WireEvent } from '@greenroom/protocol';
import type { Observation } from '../observations/observation.js';
import type { IndexedLog } from './room-log.js';
import type { Model } from './model.js';
import type { Hearsay } from './hearsay.js';

/** One rule, looking on. */
export interface Invariant {
  observe?(observation: Observation): void;
  finish?(): void;
}

/** What a rule may look at. */
export interface Evidence {
  readonly logs: ReadonlyMap<string, IndexedLog>;
  /** What is known of rooms that have no log. */
  readonly hearsay: Hearsay;
  readonly models: Readonly<Record<string, Model>>;
  /** Whether a gap that a member is told of is no fault there. */
  readonly mayMiss: (room: string) => boolean;
  /** The token that data carries, if any. */
  readonly tokenOf: (data: unknown) => string | undefined;
  /** @param where the room it is about, and who saw it */
  readonly report: (where: { readonly room?: string; readonly client?: string }, message: string) => void;
}

export type MakeInvariant = (evidence: Evidence) => Invariant;

/** The events that an observation shows. */
export const eventsIn = (observation: Observation): readonly WireEvent[] =>
  observation.type === 'events' || observation.type === 'history' || observation.type === 'joined'
    ? (observation.events ?? [])
    : [];

/** The kind that an address names. */
export const kindOf = (address: string): string => address.slice(0, address.indexOf('/'));
