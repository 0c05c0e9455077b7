import type { Position, WireEvent } from '@greenroom/protocol';
import { UnavailableError } from '../errors.js';
import { eventsOf, isVisible, toWire, type Viewer } from '../feed/visibility.js';
import type { Entry } from './entry.js';
import type { Lineage, ReadRange, RoomStore } from './store.js';

/** Entries read at a time. */
const PAGE = 256;
/** Resuming hands over at most so many events; beyond that a fresh view is cheaper for everyone. */
const MAX_RECOVERED = 1000;

export interface HistoryQuery {
  readonly viewer: Viewer | undefined;
  readonly historyFor: 'joined' | 'all';
  /** Events below this position; `undefined`: from the newest. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** A store that cannot be read has not failed at what was asked. @throws UnavailableError */
const read = async (store: RoomStore, address: string, range: ReadRange): Promise<readonly Entry[]> => {
  try {
    return await store.read(address, range);
  } catch (cause) {
    throw new UnavailableError(cause);
  }
};

/** The newest committed events that a viewer may see, ascending, and whether there are older ones. */
export const readHistory = async (
  store: RoomStore,
  address: string,
  { viewer, historyFor, before, limit }: HistoryQuery,
): Promise<{ events: WireEvent[]; more: boolean }> => {
  const found: WireEvent[] = [];
  let below = before;
  // Nothing older is for them.
  const after = viewer !== undefined && historyFor === 'joined' ? viewer.since - 1 : undefined;
  while (found.length <= limit) {
    const range = {
      limit: PAGE,
      reverse: true,
      ...(after !== undefined && { after }),
      ...(below !== undefined && { before: below }),
    };
    const entries = await read(store, address, range);
    for (const entry of entries) {
      for (const event of eventsOf(entry).toReversed())
        if ((before === undefined || event.seq < before) && isVisible(event, viewer, historyFor))
          found.push(toWire(event));
    }
    const oldest = entries.at(-1);
    if (oldest === undefined || entries.length < PAGE) break;
    below = oldest.seq;
  }
  return { events: found.slice(0, limit).reverse(), more: found.length > limit };
};

/** Whether a position was ever given out: its epoch is kept, and the epoch reached that far. */
export const isInLineage = (since: Position, lineage: readonly Lineage[], head: number): boolean => {
  const index = lineage.findIndex(({ epoch }) => epoch === since.epoch);
  if (index < 0) return false;
  const last = (lineage[index + 1]?.base ?? head + 1) - 1;
  return since.seq <= last && since.seq >= (lineage[index]?.base ?? 0) - 1;
};

/**
 * Every event between two positions that a viewer may see, or `undefined` when one of them is not kept any more or there
 * are too many: all or nothing.
 */
export const readMissed = async (
  store: RoomStore,
  address: string,
  { since, to, viewer, historyFor }: { since: number; to: number; viewer: Viewer; historyFor: 'joined' | 'all' },
): Promise<WireEvent[] | undefined> => {
  const events: WireEvent[] = [];
  let after = since;
  while (after < to) {
    const entries = await read(store, address, { after, before: to + 1, limit: PAGE });
    const [first] = entries;
    if (first === undefined || first.seq > after + 1) return undefined;
    for (const entry of entries)
      for (const event of eventsOf(entry))
        if (event.seq > since && isVisible(event, viewer, historyFor)) events.push(toWire(event));
    if (events.length > MAX_RECOVERED) return undefined;
    after = entries.at(-1)?.last ?? to;
  }
  return events;
};
