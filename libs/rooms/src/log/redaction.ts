import type { Entry, Input, LoggedEvent } from './entry.js';

/**
 * The entry without the data of the events at `positions`; the entry itself when none is in it. Once a snapshot
 * includes it (up to `covered`), no replay needs its input any more: what the member had sent is blanked with the event.
 */
export function redacted(entry: Entry, positions: ReadonlySet<number>, covered: number): Entry {
  if (!entry.events.some((event) => positions.has(event.seq))) return entry;
  const events = entry.events.map((event) => (positions.has(event.seq) ? blankEvent(event) : event));
  return entry.last <= covered ? { ...entry, events, input: blankInput(entry.input) } : { ...entry, events };
}

const blankEvent = (event: LoggedEvent): LoggedEvent => ({ ...event, data: null, redacted: true });

function blankInput(input: Input): Input {
  if (input.type === 'command' || input.type === 'join') return { ...input, data: null };
  return input.type === 'outside' ? { ...input, event: null } : input;
}
