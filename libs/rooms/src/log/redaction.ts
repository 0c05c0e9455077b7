import type { Entry, Input, LoggedEvent } from './entry.js';
import type { RoomStore } from './store.js';

/**
 * Positions of the events of those entries that begin at `seqs`, in the log or in a batch that is about to be written.
 * Entries not kept any more have none.
 */
export const eventPositions = async (
  store: RoomStore,
  address: string,
  seqs: readonly number[],
  batch: readonly Entry[],
): Promise<number[]> => {
  const first = batch[0]?.seq ?? Infinity;
  const entries = await Promise.all(
    seqs.map(async (seq) => {
      const from = seq < first ? await store.read(address, { after: seq - 1, limit: 1 }) : batch;
      return from.find((entry) => entry.seq === seq);
    }),
  );
  return entries.flatMap((entry) => entry?.events.map(({ seq }) => seq) ?? []);
};

/**
 * The entry without the data of the events at `positions`; the entry itself when none is in it. Once a snapshot
 * includes it (up to `covered`), no replay needs its input any more: what the member had sent is blanked with the event.
 */
export function redacted(entry: Entry, positions: ReadonlySet<number>, covered: number): Entry {
  if (!entry.events.some((event) => positions.has(event.seq))) return entry;
  const events = entry.events.map((event) => (positions.has(event.seq) ? blankEvent(event) : event));
  if (entry.last > covered) return { ...entry, events };
  const { reply: _, ...rest } = entry;
  return { ...rest, events, input: blankInput(entry.input) };
}

const blankEvent = (event: LoggedEvent): LoggedEvent => ({ ...event, data: null, redacted: true });

function blankInput(input: Input): Input {
  if (input.type === 'command' || input.type === 'join') return { ...input, data: null };
  return input.type === 'outside' ? { ...input, event: null } : input;
}
