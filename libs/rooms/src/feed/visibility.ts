import type { WireEvent } from '@greenroom/protocol';
import type { Entry, LoggedEvent } from '../log/entry.js';
import { authorOf } from '../room/core.js';
import type { PublishedEvent } from './feed.js';

/** Whose eyes look: a member, and since which position they have been one. */
export interface Viewer {
  readonly member: string;
  readonly since: number;
}

/** Whether an event is for a viewer; `undefined` is the server, which sees all. */
export const isVisible = (event: LoggedEvent, viewer: Viewer | undefined, historyFor: 'joined' | 'all'): boolean => {
  if (viewer === undefined) return true;
  if (event.to !== undefined && !event.to.includes(viewer.member)) return false;
  if (event.except?.includes(viewer.member) === true) return false;
  return historyFor === 'all' || event.seq >= viewer.since;
};

export const toWire = ({ seq, name, data, at, by, redacted }: PublishedEvent): WireEvent => ({
  seq,
  name,
  data,
  at,
  ...(by !== undefined && { by }),
  ...(redacted === true && { redacted }),
});

/** An entry's events with what the wire says of them. */
export const eventsOf = (entry: Entry): readonly PublishedEvent[] => {
  const by = authorOf(entry.input);
  return entry.events.map((event) => ({ ...event, at: entry.at, ...(by !== undefined && { by }) }));
};
