import { isDeepStrictEqual } from 'node:util';
import { DivergedError, RoomError } from '../errors.js';
import type { RoomCore } from '../room/core.js';
import type { Entry, LoggedEvent } from './entry.js';
import type { RoomStore } from './store.js';

const PAGE = 256;

export interface Replayed {
  /** The highest position up to which effects after the commit are known to be done. */
  readonly handled: number;
  readonly entries: number;
}

const same = (logged: readonly LoggedEvent[], now: readonly LoggedEvent[]): boolean =>
  logged.length === now.length &&
  logged.every((event, index) => event.redacted === true || isDeepStrictEqual(event, plain(now[index])));

/** As the log keeps it: members that are `undefined` are not there. */
const plain = (event: LoggedEvent | undefined): unknown => event && dropUndefined(event);

const dropUndefined = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(dropUndefined);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(kept.map(([key, each]) => [key, dropUndefined(each)]));
};

/**
 * Brings a core up to the head of its log, without effects.
 * @param onDiverged told of the first entry at which the logic does other than the log says; throws to refuse the room.
 */
export const replay = async (
  store: RoomStore,
  core: RoomCore,
  head: number,
  onDiverged: (error: DivergedError) => void,
): Promise<Replayed> => {
  let handled = 0;
  let count = 0;
  while (core.seq < head) {
    const entries = await store.read(core.address, { after: core.seq, limit: PAGE });
    const [first] = entries;
    if (first === undefined || first.seq !== core.seq + 1)
      throw new DivergedError(`the log goes on at ${String(first?.seq)} where ${core.seq + 1} should be`);
    for (const entry of entries) {
      takeIn(core, entry, onDiverged);
      handled = Math.max(handled, entry.handled ?? 0);
    }
    count += entries.length;
  }
  return { handled, entries: count };
};

const takeIn = (core: RoomCore, entry: Entry, onDiverged: (error: DivergedError) => void): void => {
  try {
    const events = core.replay(entry);
    if (!same(entry.events, events))
      onDiverged(new DivergedError(`at ${entry.seq} it emits something other than it did`));
  } catch (error) {
    if (!(error instanceof RoomError) || error instanceof DivergedError) throw error;
    onDiverged(new DivergedError(`at ${entry.seq} it refuses what it accepted (${error.message})`));
    core.skip(entry);
  }
};
