import type { LoggedEvent } from '@greenroom/rooms';
import type { WireEvent } from '@greenroom/protocol';
import { render } from '../../contracts/check.js';
import type { Observation } from '../observations/observation.js';
import { heardIn } from './hearsay.js';
import type { MakeInvariant } from './invariant.js';
import type { IndexedLog } from './room-log.js';

/** Where an attachment stands. */
interface Place {
  seq: number;
  readonly skipsRedacted: boolean;
}
type Joined = Extract<Observation, { type: 'joined' }>;
type Frame = Extract<Observation, { type: 'events' }>;
type History = Extract<Observation, { type: 'history' }>;

const seqs = (events: readonly { readonly seq: number }[]): string => events.map(({ seq }) => seq).join();

/** Why an event is not the one in the log, if so. */
const differs = (seen: WireEvent, logged: LoggedEvent): string | undefined => {
  if (seen.name !== logged.name) return `${seen.seq} is ${seen.name}, and ${logged.name} in the log`;
  // It may have been blanked since.
  if (logged.redacted === true) return undefined;
  if (seen.redacted === true) return `${seen.seq} is blanked, and not in the log`;
  const [is, ought] = [render(seen.data), render(logged.data)];
  return is === ought ? undefined : `${seen.seq} is ${is}, and ${ought} in the log`;
};

/** Why these are not all that the log has for a member in that part, if so. */
const missing = (
  log: IndexedLog,
  client: string,
  [after, to]: readonly [number, number],
  seen: readonly WireEvent[],
  skipsRedacted: boolean,
): string | undefined => {
  // What is not kept cannot be told.
  if (after < log.first - 1) return undefined;
  const ought = log
    .visible(client, after, to)
    .filter(({ seq, redacted }) => !skipsRedacted || redacted !== true || seen.some((event) => event.seq === seq));
  if (seqs(ought) !== seqs(seen)) return `between ${after} and ${to}: [${seqs(seen)}] instead of [${seqs(ought)}]`;
  for (const [n, event] of ought.entries()) {
    const seenEvent = seen[n];
    const fault = seenEvent && differs(seenEvent, event);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

export const sameStream: MakeInvariant = ({ logs, hearsay, mayMiss, report }) => {
  const places = new Map<string, Place>();
  const keyOf = ({ connection, room }: { connection: string; room: string }): string => `${connection} ${room}`;

  /** Everything that this member was to be told of between two positions is there. */
  const complete = (
    where: { readonly client: string; readonly room: string },
    epoch: number,
    [after, to]: readonly [number, number],
    seen: readonly WireEvent[],
    skipsRedacted: boolean,
  ): void => {
    const log = logs.get(where.room);
    if (log !== undefined) {
      const fault = missing(log, where.client, [after, to], seen, skipsRedacted);
      if (fault !== undefined) report(where, fault);
      return;
    }
    const got = new Set(seen.map(({ seq }) => seq));
    const absent = hearsay.shared(where.room, epoch, after, to).filter((seq) => !got.has(seq));
    if (absent.length > 0) report(where, `between ${after} and ${to}: not told of ${absent.join()}, as others were`);
  };

  const join = (joined: Joined): void => {
    const { since, recovered, position, events = [] } = joined;
    const skipsRedacted = joined.skipsRedacted === true;
    if (recovered && since === undefined) report(joined, 'recovered, and had not said from where');
    if (recovered && since !== undefined)
      complete(joined, position.epoch, [since.seq, position.seq], events, skipsRedacted);
    places.set(keyOf(joined), { seq: position.seq, skipsRedacted });
  };

  const follow = (frame: Frame): void => {
    const place = places.get(keyOf(frame));
    if (place === undefined) return;
    const { epoch, from, to, events } = frame;
    const isMissed = from > place.seq && mayMiss(frame.room);
    // What it has missed is not looked for: it has been told.
    if (isMissed) place.seq = from;
    if (from > place.seq) report(frame, `a gap: a frame from ${from} at ${place.seq}`);
    if (events.some((event, n) => event.seq > to || event.seq <= (events[n - 1]?.seq ?? 0)))
      report(frame, `a frame to ${to} of [${seqs(events)}]`);
    if (to <= place.seq) return;
    const applied = events.filter(({ seq }) => seq > place.seq);
    complete(frame, epoch, [place.seq, to], applied, place.skipsRedacted);
    place.seq = to;
  };

  const look = (history: History): void => {
    const log = logs.get(history.room);
    const [oldest, newest] = [history.events[0], history.events.at(-1)];
    if (log === undefined || oldest === undefined || newest === undefined) return;
    const fault = missing(log, history.client, [oldest.seq - 1, newest.seq], history.events, false);
    if (fault !== undefined) report(history, `history ${fault}`);
  };

  return {
    observe: (observation) => {
      const heard = heardIn(observation);
      if (heard !== undefined && !logs.has(heard.room))
        for (const event of heard.events) {
          const fault = hearsay.hear(heard.room, heard.epoch, event);
          if (fault !== undefined) report(heard, fault);
        }
      switch (observation.type) {
        case 'joined':
          return join(observation);
        case 'events':
          return follow(observation);
        case 'reset':
          places.set(keyOf(observation), { seq: observation.position.seq, skipsRedacted: true });
          return;
        case 'history':
          return look(observation);
        default:
      }
    },
  };
};
