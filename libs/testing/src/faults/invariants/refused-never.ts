import type { Observation } from '../observations/observation.js';
import { commandKey } from './room-log.js';
import type { MakeInvariant } from './invariant.js';

/** One command, over all its attempts. */
interface Fate {
  readonly room: string;
  readonly client: string;
  readonly id: string;
  readonly token: string | undefined;
  /** Attempts that may have taken effect, for all that the client was told. */
  doubtful: number;
  isAcked: boolean;
}

export const refusedNever: MakeInvariant = ({ logs, hearsay, tokenOf, report }) => {
  const fates = new Map<string, Fate>();
  const fateOf = ({ room, client, id }: Pick<Fate, 'room' | 'client' | 'id'>): Fate | undefined =>
    fates.get(`${room}\n${commandKey(client, id)}`);

  const observe = (observation: Observation): void => {
    if (observation.type === 'sent') {
      const { room, client, id, token } = observation;
      const fate = fateOf(observation);
      if (fate !== undefined) fate.doubtful += 1;
      else fates.set(`${room}\n${commandKey(client, id)}`, { room, client, id, token, doubtful: 1, isAcked: false });
    }
    if (observation.type === 'acked') {
      const fate = fateOf(observation);
      if (fate !== undefined) fate.isAcked = true;
    }
    if (observation.type === 'refused' && observation.code !== 'UNKNOWN_OUTCOME') {
      const fate = fateOf(observation);
      if (fate !== undefined) fate.doubtful -= 1;
    }
  };

  return {
    observe,
    finish: () => {
      const told = new Set<string>();
      for (const { room, events } of hearsay.lives())
        for (const { data } of events) {
          const token = tokenOf(data);
          if (token !== undefined) told.add(`${room}\n${token}`);
        }
      for (const fate of fates.values()) {
        if (fate.isAcked || fate.doubtful > 0) continue;
        const [entry] = logs.get(fate.room)?.commands(fate.client, fate.id) ?? [];
        if (entry !== undefined) report(fate, `${fate.id} was refused, and is in the log at ${entry.seq}`);
        else if (told.has(`${fate.room}\n${fate.token}`))
          report(fate, `${fate.id} was refused, and others were told of it`);
      }
      for (const [room, log] of logs)
        for (const [first, second] of log.allCommands()) {
          if (first?.input.type !== 'command' || second === undefined) continue;
          const { by, commandId } = first.input;
          report({ room, client: by.id }, `${commandId} is in the log twice, at ${first.seq} and ${second.seq}`);
        }
    },
  };
};
