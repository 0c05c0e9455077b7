import { DivergedError, RoomError } from '../errors.js';
import type { RoomCore } from '../room/core.js';
import type { Entry, LoggedEvent } from './entry.js';
import { sameData } from './same-data.js';
import type { RoomStore } from './store.js';

const PAGE = 256;

export interface Replayed {
  /** The highest position up to which effects after the commit are known to be done. */
  readonly handled: number;
  readonly entries: number;
}

const same = (logged: readonly LoggedEvent[], now: readonly LoggedEvent[]): boolean =>
  logged.length === now.length &&
  logged.every((event, index) => event.redacted === true || sameData(event, now[index]));

/** How a logic does other than the log says: it emits other events, or has no use for what it took. */
export type Divergence = 'emits' | 'refuses';
type OnDiverged = (error: DivergedError, how: Divergence) => void;

/**
 * Brings a core up to the head of its log, without effects.
 * @param onDiverged told of each entry at which the logic does other than the log says; throws to refuse the room.
 */
export const replay = async (
  store: RoomStore,
  core: RoomCore,
  head: number,
  onDiverged: OnDiverged,
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

const takeIn = (core: RoomCore, entry: Entry, onDiverged: OnDiverged): void => {
  try {
    const events = core.replay(entry);
    if (!same(entry.events, events))
      onDiverged(new DivergedError(`at ${entry.seq} it emits something other than it did`), 'emits');
  } catch (error) {
    if (!(error instanceof RoomError) || error instanceof DivergedError) throw error;
    onDiverged(
      new DivergedError(`at ${entry.seq} it refuses what it accepted (${error.message})`, error.cause),
      'refuses',
    );
    core.skip(entry);
  }
};
