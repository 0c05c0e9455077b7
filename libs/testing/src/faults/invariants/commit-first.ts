import type { Observation } from '../observations/observation.js';
import { eventsIn, type MakeInvariant } from './invariant.js';
import { tokensIn } from './tokens-in.js';

/**
 * What was shown is in the log at the end: it would not be, had it been shown before its commit and the commit had failed
 * or its process had died. Where commits are noted too, also at the moment it was shown.
 */
export const commitFirst: MakeInvariant = ({ logs, tokenOf, report }) => {
  /** How far each room was committed, where that is noted. */
  const heads = new Map<string, number>();
  const tokens = new Set<string>();
  /** Where the first event with a token stands, by room and token. */
  const places = new Map<string, number>();
  for (const [room, { events }] of logs)
    for (const { event } of events) {
      const token = tokenOf(event.data);
      if (token !== undefined && !places.has(`${room}\n${token}`)) places.set(`${room}\n${token}`, event.seq);
    }

  const mustBe = (where: Observation & { readonly room: string }, what: string, seq: number): void => {
    const log = logs.get(where.room);
    if (log !== undefined && seq > log.head) report(where, `${what} at ${seq} was never committed`);
    else if (seq > (heads.get(where.room) ?? Infinity))
      report(where, `${what} at ${seq}, when ${heads.get(where.room)} was committed`);
  };

  const shows = (where: Observation & { readonly room: string }, view: unknown): void => {
    const log = logs.get(where.room);
    if (log === undefined || !log.isWhole) return;
    for (const token of tokensIn(view, tokens)) {
      const place = places.get(`${where.room}\n${token}`);
      // A blanked event has no token any more.
      if (place !== undefined) mustBe(where, `a view of ${token}`, place);
      else if (!log.events.some(({ event }) => event.redacted)) report(where, `a view of ${token}, never committed`);
    }
  };

  return {
    observe: (observation) => {
      switch (observation.type) {
        case 'committed':
          heads.set(observation.room, observation.seq);
          return;
        case 'sent':
          if (observation.token !== undefined) tokens.add(observation.token);
          return;
        case 'acked':
          return mustBe(observation, `an ack of ${observation.id}`, observation.position.seq);
        case 'viewed':
          return shows(observation, observation.view);
        case 'members':
          for (const { id } of observation.members) {
            const joined = logs.get(observation.room)?.firstJoin(id);
            if (joined !== undefined) mustBe(observation, `member ${id}`, joined);
            else if (logs.get(observation.room)?.isWhole === true)
              report(observation, `member ${id}, whose joining was never committed`);
          }
          return;
        case 'joined':
        case 'events':
        case 'history':
          break;
        default:
          return;
      }
      const log = logs.get(observation.room);
      for (const { seq, name } of eventsIn(observation)) {
        mustBe(observation, name, seq);
        if (log !== undefined && seq >= log.first && seq <= log.head && log.at(seq) === undefined)
          report(observation, `${name} at ${seq}, where the log has no event`);
      }
      if (observation.type === 'events') mustBe(observation, 'a frame', observation.to);
      if (observation.type !== 'joined') return;
      mustBe(observation, 'a join', observation.position.seq);
      shows(observation, observation.view);
    },
  };
};
