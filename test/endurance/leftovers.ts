import { eventually } from '../kit/within.js';
import type { WholeFootprint } from './footprint.js';
import type { Host } from './host.js';

/** More of it is more than noise. */
const SHARE = 0.05;
/** Of what is counted in tens: a connection that this asks by, a timer that is just due. */
const FEW = 3;
/** Milliseconds by which rooms and sessions have gone, and what the system holds of a closed socket. */
const REST_MS = 60_000;
/** Garbage that a look finds may have gone by the next. */
const LOOKS = 5;

/** Waits until no room is loaded and nobody connected any more. */
export const atRest = async (host: Host): Promise<WholeFootprint> => {
  const isAtRest = async (): Promise<boolean> => {
    const { rooms, handles } = await host.footprint();
    return rooms === 0 && (handles['TCPSocketWrap'] ?? 0) <= FEW;
  };
  await eventually('all rooms unloaded, all sockets closed', isAtRest, REST_MS);
  return host.wholeFootprint();
};

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const differences = (before: WholeFootprint, after: WholeFootprint): string[] => {
  const more = (name: string, was: number, is: number, allowance: number): string[] =>
    is > was + allowance ? [`${name}: ${was} before, ${is} after`] : [];
  return [
    ...more('bytes of heap', before.heapBytes, after.heapBytes, SHARE * before.heapBytes),
    ...more('bytes beside the heap', before.externalBytes, after.externalBytes, SHARE * before.externalBytes),
    ...more('entries of maps and sets', before.entries, after.entries, SHARE * before.entries),
    ...more('handles', sum(before.handles), sum(after.handles), FEW),
    ...more('timers', before.timers, after.timers, FEW),
    ...more('open files', before.files, after.files, FEW),
  ];
};

export interface Comparison {
  readonly after: WholeFootprint;
  /** What there is more of than before, in sentences; none when all is as it was. */
  readonly more: readonly string[];
}

/** Compares a server that has come to rest with what it was before. */
export const compare = async (host: Host, before: WholeFootprint): Promise<Comparison> => {
  for (let look = 1; ; look += 1) {
    const after = await atRest(host);
    const more = differences(before, after);
    if (more.length === 0 || look === LOOKS) return { after, more };
  }
};

/** A footprint in a line. */
export const inShort = ({ heapBytes, externalBytes, entries, handles, timers, files }: WholeFootprint): string =>
  `heap ${(heapBytes / 1e6).toFixed(1)} MB, beside it ${(externalBytes / 1e6).toFixed(1)} MB, ${entries} entries, ` +
  `${sum(handles)} handles, ${timers} timers, ${files} files`;
