import { trustedJsonCodec } from '@greenroom/protocol';
import type { Outcome } from './outcome.js';

type Row = readonly [id: string, epoch: number, seq: number, at: number, data?: unknown];
type OfMember = readonly [member: string, rows: readonly Row[]];

/** Outcomes in the order of their positions, a member's at a time, as JSON: each is written down once, and then copied. */
interface Chunk {
  readonly text: string;
  readonly count: number;
  /** When the last of them was recorded. */
  readonly newest: number;
}

/**
 * What a snapshot has of outcomes. There may be hundreds of thousands, and a room is saved every few seconds: what was
 * written for the last snapshot is written again as it is. It may hold some that are no longer remembered.
 */
export class SavedOutcomes {
  #chunks: Chunk[] = [];
  /** The highest position of those written down. */
  #upTo = 0;

  /** Reads what `save` gave. `record` is told of each outcome, a member's in the order of their positions. */
  load(texts: readonly string[], record: (member: string, id: string, outcome: Outcome) => void): void {
    for (const text of texts) {
      let [count, newest] = [0, 0];
      for (const [member, rows] of parse(text))
        for (const [id, epoch, seq, at, data] of rows) {
          record(member, id, { position: { epoch, seq }, at, ...(data !== undefined && { data }) });
          count += 1;
          newest = Math.max(newest, at);
          this.#upTo = Math.max(this.#upTo, seq);
        }
      this.#chunks.push({ text, count, newest });
    }
  }

  /**
   * @param remembered by member and command id, in the order of their positions
   * @param after what was recorded by then (milliseconds since 1970) is too old to be kept
   */
  save(remembered: ReadonlyMap<string, ReadonlyMap<string, Outcome>>, after: number): readonly string[] {
    this.#chunks = this.#chunks.filter(({ newest }) => newest > after);
    const written = this.#chunks.reduce((sum, { count }) => sum + count, 0);
    const live = [...remembered.values()].reduce((sum, { size }) => sum + size, 0);
    // As many again that are forgotten as are not: it is time to write down anew what is left.
    if (written > 2 * live) {
      this.#chunks = [];
      this.#upTo = 0;
    }
    const fresh = chunkOf(remembered, this.#upTo);
    if (fresh !== undefined) {
      this.#chunks.push(fresh.chunk);
      this.#upTo = fresh.upTo;
    }
    return this.#chunks.map(({ text }) => text);
  }
}

const chunkOf = (
  remembered: ReadonlyMap<string, ReadonlyMap<string, Outcome>>,
  above: number,
): { readonly chunk: Chunk; readonly upTo: number } | undefined => {
  const members: OfMember[] = [];
  let [count, newest, upTo] = [0, 0, above];
  for (const [member, outcomes] of remembered) {
    const rows: Row[] = [];
    for (const [id, { position, at, data }] of outcomes) {
      if (position.seq <= above) continue;
      rows.push(
        data === undefined ? [id, position.epoch, position.seq, at] : [id, position.epoch, position.seq, at, data],
      );
      newest = Math.max(newest, at);
      upTo = Math.max(upTo, position.seq);
    }
    if (rows.length > 0) members.push([member, rows]);
    count += rows.length;
  }
  return count === 0 ? undefined : { chunk: { text: stringify(members), count, newest }, upTo };
};

const stringify = (members: readonly OfMember[]): string => String(trustedJsonCodec.encode({ members }));

const parse = (text: string): readonly OfMember[] => {
  const decoded = trustedJsonCodec.decode(text);
  if (!decoded.ok) throw new TypeError('Saved outcomes cannot be read');
  return decoded.body['members'] as readonly OfMember[];
};
