import type { EndedSession, PublishedTurn } from '../feed/feed.js';
import { eventsOf } from '../feed/visibility.js';
import type { Entry } from '../log/entry.js';
import type { RoomCore } from './core.js';
import type { Members } from './members.js';

/** Committed entries as members hear of them, with nobody coming or going. */
export const publishedTurn = (core: RoomCore, floor: number, entries: readonly Entry[]): PublishedTurn => {
  const events = entries.flatMap(eventsOf);
  const shared = events.some(({ to }) => to === undefined);
  return {
    type: 'turn',
    epoch: core.epoch,
    after: (entries[0]?.seq ?? core.seq + 1) - 1,
    floor,
    to: core.seq,
    shared,
    events,
    joined: [],
    left: [],
    ended: [],
    count: core.members.count,
  };
};

/** Every attachment to a room that is no more. */
export const endedByClosing = (members: Members, reason: string): EndedSession[] =>
  [...members.sessions()].map(({ id }) => ({ session: id, code: 'ROOM_CLOSED', reason }));
