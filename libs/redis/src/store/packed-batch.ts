import { encodeValue } from '@greenroom/protocol/values';
import { advance, redacted, StoreRefusedError, type Batch, type Fence } from '@greenroom/rooms';
import type { Argument } from '../connection.js';
import { messageHead } from '../feed/message.js';
import { line, toldOf } from './row.js';

/** A batch as the arguments of the script that appends it: a copy. */
export interface PackedBatch {
  /** All up to the number of entries. */
  readonly head: readonly Argument[];
  /** Three for an entry: `seq`, its line, the rest. */
  readonly rows: readonly Argument[];
  /** What is kept of it. */
  readonly bytes: number;
}

/**
 * @param channel where the nodes that listen are told of the turn.
 * @throws StoreRefusedError when it has something in it that is not plain data, or its entries do not follow each other.
 */
export function packBatch(address: string, fence: Fence, batch: Batch, channel: string): PackedBatch {
  const { entries, deadline, snapshot, published } = batch;
  const { seq, index } = advance(address, { ...fence, seq: (entries[0]?.seq ?? Infinity) - 1, index: 0 }, entries);
  const blank = new Set(batch.redact);
  const covered = snapshot?.seq ?? 0;
  const saved = snapshot === undefined ? '' : pack(address, snapshot);
  const isTold = published !== undefined && entries.length > 0;
  const packed = entries.map((entry) => pack(address, redacted(entry, blank, covered)));
  return {
    head: [
      fence.epoch,
      fence.owner,
      address,
      deadline ?? '',
      seq,
      index,
      snapshot === undefined ? '' : covered,
      saved,
      isTold ? channel : '',
      isTold ? messageHead('turn', published) : '',
      isTold ? pack(address, toldOf(published)) : '',
      entries.length,
    ],
    rows: entries.flatMap((entry, i): Argument[] => [entry.seq, line(entry), packed[i] ?? '']),
    bytes: packed.reduce((sum, each) => sum + each.length, saved.length),
  };
}

/** @throws StoreRefusedError when the value is not plain data. */
export function pack(address: string, value: unknown): Buffer {
  try {
    return encodeValue(value);
  } catch (error) {
    throw new StoreRefusedError(`${address}: what is to be kept is not plain data.`, { cause: error });
  }
}
