import type { Entry } from '@greenroom/rooms';
import type { MakeInvariant } from './invariant.js';

/** What is wrong with an entry behind another; the first of a log is behind none. */
const faultOf = (entry: Entry, before: Entry | undefined): string | undefined => {
  const { epoch, seq, last, index, input, events } = entry;
  if (last !== seq + Math.max(1, events.length) - 1) return `takes ${seq} to ${last} for ${events.length} events`;
  if (events.some((event, n) => event.seq !== seq + n)) return `has events at ${events.map((each) => each.seq).join()}`;
  if (before === undefined) return seq === 1 && input.type !== 'barrier' ? 'begins a log and is no barrier' : undefined;
  if (seq !== before.last + 1) return `is at ${seq}, behind one that ends at ${before.last}`;
  if (index !== before.index + before.events.length) return `counts ${index} events before it`;
  if (input.type === 'barrier')
    return epoch > before.epoch ? undefined : `begins epoch ${epoch} behind ${before.epoch}`;
  return epoch === before.epoch ? undefined : `is of epoch ${epoch} in ${before.epoch}`;
};

/** Only a barrier begins an epoch, so that each has the one owner the barrier names. */
export const oneLog: MakeInvariant = ({ logs, report }) => ({
  finish: () => {
    for (const [room, { log }] of logs) {
      const ids = new Set<string>();
      for (const [n, entry] of log.entries.entries()) {
        const fault = faultOf(entry, log.entries[n - 1]);
        if (fault !== undefined) report({ room }, `the entry ${entry.id} (${entry.input.type}) ${fault}`);
        if (ids.has(entry.id)) report({ room }, `two entries have the id ${entry.id}`);
        ids.add(entry.id);
      }
    }
  },
});
