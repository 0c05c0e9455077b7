import { DivergedError } from '../errors.js';
import type { RoomKind } from '../kind.js';
import type { Snapshot } from './store.js';

const FORMAT = 1;

/** What a store keeps as a snapshot's `state`: the room's saved core with what is needed to read it again. */
export interface Envelope {
  readonly format: typeof FORMAT;
  readonly kind: string;
  /** Of the kind's machine. */
  readonly version: number;
  /** Effects after the commit had been done up to this position. */
  readonly handled: number;
  readonly core: unknown;
}

export const seal = (kind: RoomKind, seq: number, handled: number, core: unknown): Snapshot => ({
  seq,
  state: {
    format: FORMAT,
    kind: kind.contract.kind,
    version: kind.options.version,
    handled,
    core,
  } satisfies Envelope,
});

/** @throws DivergedError when it was written by something that this process does not know. */
export const unseal = ({ state }: Snapshot): Envelope => {
  const envelope = state as Partial<Envelope> | null;
  if (envelope?.format !== FORMAT) throw new DivergedError(`its snapshot has format ${String(envelope?.format)}`);
  return envelope as Envelope;
};

/** @throws DivergedError when it is of a later version than the kind's own. */
export const refuseLater = ({ options }: RoomKind, from: number): void => {
  if (from > options.version)
    throw new DivergedError(`it was saved by version ${from}, and this is version ${options.version}`);
};

/**
 * The steps from a saved version to the kind's own, one at a time.
 * @throws DivergedError when one is missing, and from a step that throws; the room's data is left alone.
 */
export const migration = (kind: RoomKind, from: number): ((saved: unknown) => unknown) => {
  const { version: to, migrations = {} } = kind.options;
  refuseLater(kind, from);
  const steps = Array.from({ length: to - from }, (_, offset) => {
    const step = migrations[from + offset];
    if (step === undefined) throw new DivergedError(`there is no migration from version ${from + offset}`);
    return (state: unknown): unknown => {
      try {
        return step(state);
      } catch (cause) {
        throw new DivergedError(`the migration from version ${from + offset} failed`, cause);
      }
    };
  });
  return (saved) => steps.reduce((state, step) => step(state), saved);
};
