import { FencedError, StoreRefusedError } from '../errors.js';
import type { Entry } from './entry.js';
import type { Fence } from './store.js';

/** Where a room's log stands, and whose it is: what every store keeps beside the entries and compares inside a write. */
export interface Head extends Fence {
  /** The last position taken. */
  readonly seq: number;
  /** How many events the room has emitted. */
  readonly index: number;
}

/**
 * The entry by which `owner` takes the room over at `at` (milliseconds since 1970). Its epoch is above the stored one
 * and at least `leastEpoch`, which a store that forgets rooms raises above all it has forgotten.
 */
export const barrierAfter = (head: Head | undefined, owner: string, at: number, leastEpoch = at): Entry => {
  const epoch = Math.max((head?.epoch ?? 0) + 1, leastEpoch, at);
  const seq = (head?.seq ?? 0) + 1;
  const index = head?.index ?? 0;
  return {
    epoch,
    seq,
    last: seq,
    index,
    at,
    id: `barrier-${epoch}`,
    seed: 0,
    input: { type: 'barrier', owner },
    events: [],
  };
};

/** The head once `entry` is the last one. */
export const headAt = (entry: Entry, owner: string): Head => ({
  epoch: entry.epoch,
  owner,
  seq: entry.last,
  index: entry.index + entry.events.length,
});

/** @throws FencedError unless the room is this fence's. */
export function passFence<H extends Head>(address: string, head: H | undefined, fence: Fence): H {
  if (head === undefined || head.epoch !== fence.epoch || head.owner !== fence.owner) throw new FencedError(address);
  return head;
}

/**
 * The head after `entries`.
 * @throws StoreRefusedError unless they follow it and each other without a hole, all of its epoch.
 */
export function advance(address: string, head: Head, entries: readonly Entry[]): Head {
  let { seq } = head;
  for (const entry of entries) {
    if (entry.seq !== seq + 1 || entry.last < entry.seq || entry.epoch !== head.epoch) {
      throw new StoreRefusedError(
        `${address}: entry ${entry.epoch}:${entry.seq}-${entry.last} does not follow ${head.epoch}:${seq}.`,
      );
    }
    seq = entry.last;
  }
  const last = entries.at(-1);
  return last === undefined ? head : headAt(last, head.owner);
}

/** @throws StoreRefusedError when a snapshot at `seq` claims to include what is not in the log. */
export function passSnapshot(address: string, head: Head, seq: number): void {
  if (seq > head.seq) {
    throw new StoreRefusedError(`${address}: a snapshot at ${seq} is beyond the head ${head.seq}.`);
  }
}
