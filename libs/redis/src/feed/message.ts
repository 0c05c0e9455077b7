import { decodeValue, decodeValues, encodeValue } from '@greenroom/protocol/values';
import { eventsOf, type FeedMessage, type PublishedTurn } from '@greenroom/rooms';
import type { Row, Told } from '../store/row.js';

/**
 * What travels on a room's channel: one letter, then `epoch`, `after`, `to` and who published it as doubles (so that what a
 * node has heard already is known by these alone), and the rest in MessagePack.
 */
const LETTERS = {
  /** A turn as the store told it with its commit: its entries, then what is told of it. */
  turn: 't',
  /** A claim has written the barrier at `to`. */
  barrier: 'b',
  /** A message as the feed was handed it. */
  whole: 'm',
} as const;
const HEAD_BYTES = 33;

export type Letter = keyof typeof LETTERS;
export interface Span {
  readonly epoch: number;
  readonly after: number;
  readonly to: number;
}

/** @param from the feed that published it; 0: the store. */
export function messageHead(letter: Letter, { epoch, after, to }: Span, from = 0): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(LETTERS[letter], 'latin1');
  for (const [i, number] of [epoch, after, to, from].entries()) head.writeDoubleBE(number, 1 + i * 8);
  return head;
}

/** Signals have no place in the stream. */
const NOWHERE: Span = { epoch: 0, after: 0, to: 0 };

export const encodeWhole = (message: FeedMessage, from: number): Buffer =>
  Buffer.concat([messageHead('whole', message.type === 'turn' ? message : NOWHERE, from), encodeValue(message)]);

export interface Head {
  readonly letter: Letter;
  readonly span: Span;
  readonly from: number;
}

/** `undefined`: nothing of ours. */
export function readHead(bytes: Buffer): Head | undefined {
  const code = bytes.toString('latin1', 0, 1);
  const letter = (Object.keys(LETTERS) as Letter[]).find((each) => LETTERS[each] === code);
  if (letter === undefined || bytes.length < HEAD_BYTES) return undefined;
  const [epoch, after, to, from] = [1, 9, 17, 25].map((at) => bytes.readDoubleBE(at)) as [
    number,
    number,
    number,
    number,
  ];
  return { letter, span: { epoch, after, to }, from };
}

export const readWhole = (bytes: Buffer): FeedMessage => decodeValue(bytes.subarray(HEAD_BYTES)) as FeedMessage;

export function readTurn(bytes: Buffer, span: Span): PublishedTurn {
  const values = decodeValues(bytes.subarray(HEAD_BYTES));
  const told = values.pop() as Told;
  return turnOf(values as Row['entry'][], told, span);
}

const turnOf = (entries: readonly Row['entry'][], told: Told, { epoch, to }: Span): PublishedTurn => ({
  type: 'turn',
  epoch,
  ...told,
  to,
  events: entries.flatMap(eventsOf),
});

/** The turns that rows of the log were told as; rows at the end whose turn is not whole are left out. */
export function turnsOf(rows: readonly Row[]): PublishedTurn[] {
  const turns: PublishedTurn[] = [];
  let entries: Row['entry'][] = [];
  for (const { entry, told } of rows) {
    entries.push(entry);
    if (told !== undefined)
      turns.push(turnOf(entries, told, { epoch: entry.epoch, after: told.after, to: entry.last }));
    if (told !== undefined || entry.input.type === 'barrier') entries = [];
  }
  return turns;
}
