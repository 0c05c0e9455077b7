import { decodeValue, encodeValue } from '@greenroom/protocol/values';
import { barrierAfter, type Entry } from '@greenroom/rooms';
import type { Row } from './database.js';

/** What an entry has beyond its columns, in MessagePack. */
export function bodyOf(entry: Entry): Buffer {
  const { epoch: _, seq: _seq, last: _last, index: _index, at: _at, ...body } = entry;
  return encodeValue(body);
}

/** The server hands out its 64 bits as text; none here is beyond what a number holds. */
export function entryOf({ body, owner, ...row }: Row): Entry {
  const { epoch, seq, last, index } = row;
  const at = Number(row['at']);
  const place = { epoch: Number(epoch), seq: Number(seq), last: Number(last), index: Number(index), at };
  if (typeof owner === 'string')
    return barrierAfter({ ...place, epoch: place.epoch - 1, seq: place.seq - 1, owner }, owner, at, place.epoch);
  return { ...(decodeValue(body as Buffer) as Omit<Entry, keyof typeof place>), ...place };
}
