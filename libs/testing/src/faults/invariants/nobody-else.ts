import { eventsIn, type MakeInvariant } from './invariant.js';
import { tokensIn } from './tokens-in.js';

export const nobodyElse: MakeInvariant = ({ logs, tokenOf, report }) => {
  const tokens = new Map<string, { readonly room: string; readonly to: string | undefined }>();

  return {
    observe: (observation) => {
      if (observation.type === 'sent' && observation.token !== undefined)
        tokens.set(observation.token, { room: observation.room, to: observation.to });
      if (observation.type !== 'joined' && observation.type !== 'events' && observation.type !== 'history') return;
      const { client, room } = observation;
      const log = logs.get(room);
      const earliest = log?.isWhole === true && log.log.historyFor !== 'all' ? log.firstJoin(client) : undefined;
      for (const { seq, name, data } of eventsIn(observation)) {
        const logged = log?.at(seq)?.event;
        if (logged?.to?.includes(client) === false || logged?.except?.includes(client) === true)
          report(observation, `${name} at ${seq} is not for them`);
        if (earliest !== undefined && seq < earliest)
          report(observation, `${name} at ${seq} is from before they joined`);
        const token = tokenOf(data);
        const sent = token === undefined ? undefined : tokens.get(token);
        if (sent !== undefined && sent.room !== room) report(observation, `${token} was said in ${sent.room}`);
        if (sent?.to !== undefined && sent.to !== client) report(observation, `${token} was said to ${sent.to}`);
      }
      if (observation.type !== 'joined') return;
      for (const token of tokensIn(observation.view, tokens)) {
        const sent = tokens.get(token);
        if (sent !== undefined && (sent.room !== room || sent.to !== undefined))
          report(observation, `their view has ${token}, which was said ${sent.to ?? `in ${sent.room}`}`);
      }
    },
  };
};
