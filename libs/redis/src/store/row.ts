import { decodeValues, encodeValue } from '@greenroom/protocol/values';
import type { Entry, PublishedTurn } from '@greenroom/rooms';

/** What members hear of a turn beside its events, which are in its entries. */
export type Told = Pick<PublishedTurn, 'after' | 'floor' | 'shared' | 'joined' | 'left' | 'ended' | 'count'>;

/**
 * An entry as the log keeps it: a line of text that a script can read, `seq last index at`, then the entry in MessagePack,
 * and behind the last entry of a turn what was told of the turn.
 */
export interface Row {
  readonly entry: Entry;
  readonly told: Told | undefined;
}

export const line = ({ seq, last, index, at }: Entry): string => `${seq} ${last} ${index} ${at}\n`;

export const encodeRow = ({ entry, told }: Row): Buffer =>
  Buffer.concat([Buffer.from(line(entry)), encodeValue(entry), ...(told === undefined ? [] : [encodeValue(told)])]);

export function decodeRow(bytes: Buffer): Row {
  const [entry, told] = decodeValues(bytes.subarray(bytes.indexOf('\n') + 1));
  return { entry: entry as Entry, told: told as Told | undefined };
}

export const toldOf = ({ after, floor, shared, joined, left, ended, count }: PublishedTurn): Told => ({
  after,
  floor,
  shared,
  joined,
  left,
  ended,
  count,
});
