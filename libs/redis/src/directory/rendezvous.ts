import { hash } from '../keys.js';

/** What differs by less says nothing: rooms come and go. Of the busier of two nodes so many of 1, and so many rooms. */
const SHARE = 0.2;
const ROOMS = 16;

interface Weighed {
  readonly node: string;
  readonly weight: number;
}

/**
 * Rendezvous hashing: when a node comes or goes, only its own rooms have another. Of the two that it puts first, the second is
 * taken if it is clearly less loaded: so one that is empty gets at most twice its part, however old its load is.
 * @param loads rooms of each node; of one that is not there nothing is known, and the hash decides.
 */
export function chosen(
  address: string,
  nodes: readonly string[],
  loads: ReadonlyMap<string, number>,
): string | undefined {
  let first: Weighed | undefined;
  let second: Weighed | undefined;
  for (const node of nodes) {
    const each = { node, weight: hash(`${node} ${address}`) };
    if (first === undefined || each.weight > first.weight) [first, second] = [each, first];
    else if (second === undefined || each.weight > second.weight) second = each;
  }
  if (first === undefined || second === undefined) return first?.node;
  return isBusier(loads.get(first.node), loads.get(second.node)) ? second.node : first.node;
}

const isBusier = (load = Number.NaN, other = Number.NaN): boolean => load - other > Math.max(ROOMS, load * SHARE);
