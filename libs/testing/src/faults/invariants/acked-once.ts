import type { Position } from '@greenroom/protocol';
import { render } from '../../contracts/check.js';
import type { Observation } from '../observations/observation.js';
import { commandKey } from './room-log.js';
import type { MakeInvariant } from './invariant.js';

const told = ({ epoch, seq }: Position): string => `${epoch}:${seq}`;
type Acked = Extract<Observation, { type: 'acked' }>;

export const ackedOnce: MakeInvariant = ({ logs, hearsay, tokenOf, report }) => {
  const acks = new Map<string, Acked>();
  const acted = new Set<string>();

  /** That all acks of a command say the same. A room without a log forgets with each life. */
  const agrees = (ack: Acked): void => {
    const { room, client, id, position, data } = ack;
    const key = `${room}\n${commandKey(client, id)}`;
    const first = acks.get(key);
    acks.set(key, first ?? ack);
    if (first === undefined || (!logs.has(room) && first.position.epoch !== position.epoch)) return;
    if (told(first.position) !== told(position))
      report(ack, `${id} is acked at ${told(position)}, and was at ${told(first.position)}`);
    // A repeat may be answered by its position alone, when the data was too big to keep.
    if (data !== undefined && first.data !== undefined && render(data) !== render(first.data))
      report(ack, `${id} is answered ${render(data)}, and was ${render(first.data)}`);
  };

  const isLogged = (ack: Acked): void => {
    const { room, client, id, position } = ack;
    const log = logs.get(room);
    if (log === undefined || position.seq < log.first) return;
    const [entry, second] = log.commands(client, id);
    if (entry === undefined) report(ack, `${id} is acked at ${told(position)} and not in the log`);
    else if (second !== undefined)
      report(ack, `${id} is acked and in the log twice, at ${entry.seq} and ${second.seq}`);
    else if (told({ epoch: entry.epoch, seq: entry.last }) !== told(position))
      report(ack, `${id} is acked at ${told(position)} and in the log at ${told({ ...entry, seq: entry.last })}`);
  };

  const happensOnce = (
    room: string,
    events: Iterable<{ readonly seq: number; readonly name: string; readonly data: unknown }>,
  ): void => {
    const seen = new Map<string, number>();
    for (const { seq, name, data } of events) {
      const token = tokenOf(data);
      if (token === undefined) continue;
      const before = seen.get(`${name}\n${token}`);
      if (before !== undefined && before !== seq) report({ room }, `${name} ${token} is at ${before} and at ${seq}`);
      seen.set(`${name}\n${token}`, seq);
    }
  };

  return {
    observe: (observation) => {
      if (observation.type === 'acked') {
        agrees(observation);
        isLogged(observation);
      }
      if (observation.type !== 'acted') return;
      const { room, id } = observation;
      if (acted.has(`${room} ${id}`)) report({ room }, `what ${id} does beside the room was done again`);
      acted.add(`${room} ${id}`);
    },
    finish: () => {
      for (const [room, { events }] of logs)
        happensOnce(
          room,
          events.map(({ event }) => event),
        );
      for (const { room, events } of hearsay.lives()) happensOnce(room, events);
    },
  };
};
