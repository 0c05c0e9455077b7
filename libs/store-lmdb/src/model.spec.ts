import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { MemoryRoomStore, type Batch, type Claim, type Entry, type Fence, type RoomStore } from '@greenroom/rooms';
import fc from 'fast-check';
import { openLmdbStore } from './lmdb-store.js';

/** One call, made of both stores; its numbers choose among what is there. */
type Call =
  | { readonly verb: 'claim'; readonly room: number; readonly owner: number; readonly create: boolean }
  | {
      readonly verb: 'append';
      readonly room: number;
      readonly sizes: readonly number[];
      readonly deadline: number;
      readonly how: number;
    }
  | { readonly verb: 'redact'; readonly room: number; readonly back: number }
  | { readonly verb: 'save'; readonly room: number; readonly back: number; readonly keep: number }
  | {
      readonly verb: 'read';
      readonly room: number;
      readonly after: number;
      readonly before: number;
      readonly reverse: boolean;
    }
  | { readonly verb: 'due' | 'list'; readonly limit: number }
  | { readonly verb: 'reopen' };

const room = fc.nat({ max: 2 });
const small = fc.nat({ max: 12 });
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ verb: fc.constant('claim'), room, owner: fc.nat({ max: 1 }), create: fc.boolean() }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constant('append'),
      room,
      sizes: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
      deadline: small,
      how: fc.nat({ max: 9 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('redact'), room, back: small }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('save'), room, back: small, keep: small }) },
  {
    weight: 3,
    arbitrary: fc.record({ verb: fc.constant('read'), room, after: small, before: small, reverse: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('due', 'list'), limit: small }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('reopen') }) },
);

/** What the calls know of a room: who has claimed it last, and how far its log goes. */
interface Known {
  fence: Fence;
  stale: Fence | undefined;
  seq: number;
  index: number;
}

/** Turns calls into arguments, the same for both stores. */
class Writer {
  readonly #rooms = new Map<string, Known>();
  #at = 1_700_000_000_000;

  /** @returns the call on a store; what it resolves to is noted from the model's. */
  prepare(given: Call): (store: RoomStore) => Promise<unknown> {
    this.#at += 10;
    const at = this.#at;
    switch (given.verb) {
      case 'claim':
        return (store) => store.claim(addressOf(given), `node-${given.owner}`, at, given.create);
      case 'append': {
        const known = this.#known(given);
        // Mostly the owner's; now and then the last one's, or with a hole.
        const fence = given.how === 0 && known.stale !== undefined ? known.stale : known.fence;
        const batch = this.#batch(known, given.sizes, given.how === 1 ? 1 : 0, at);
        return (store) => store.append(addressOf(given), fence, { ...batch, deadline: given.deadline });
      }
      case 'redact': {
        const known = this.#known(given);
        const position = Math.max(1, known.seq - given.back);
        const batch = this.#batch(known, [1], 0, at);
        const seq = known.seq + 1;
        const snapshot = { seq, state: { at } };
        return (store) => store.append(addressOf(given), known.fence, { ...batch, redact: [position], snapshot });
      }
      case 'save': {
        const { fence, seq, index } = this.#known(given);
        const keep = { index: index - given.keep, seq: seq - 2 * given.keep, after: 0 };
        const snapshot = { seq: Math.max(1, seq - given.back + 1), state: { at } };
        return (store) => store.saveSnapshot(addressOf(given), fence, snapshot, keep, given.back);
      }
      case 'read': {
        const { seq } = this.#known(given);
        const range = { after: seq - given.after, before: seq - given.before + 2, limit: 5, reverse: given.reverse };
        return (store) => store.read(addressOf(given), range);
      }
      case 'due':
        return (store) => store.due(6, given.limit);
      case 'list':
        return (store) => store.list('chat', given.limit);
      case 'reopen':
        return async () => undefined;
    }
  }

  /** What came of it moves what is known on. */
  note(given: Call, made: unknown): void {
    if (given.verb === 'claim' && made !== undefined) {
      const { epoch, barrier } = made as { readonly epoch: number; readonly barrier: Entry };
      const known = this.#rooms.get(addressOf(given));
      const fence = { epoch, owner: `node-${given.owner}` };
      this.#rooms.set(addressOf(given), { fence, stale: known?.fence, seq: barrier.seq, index: barrier.index });
    }
    if (given.verb === 'append' || given.verb === 'redact') {
      const known = this.#known(given);
      for (const size of given.verb === 'append' ? given.sizes : [1]) {
        known.seq += Math.max(1, size);
        known.index += size;
      }
    }
  }

  #known(given: { readonly room: number }): Known {
    const nobody = { fence: { epoch: 1, owner: 'nobody' }, stale: undefined, seq: 0, index: 0 };
    return this.#rooms.get(addressOf(given)) ?? nobody;
  }

  #batch({ fence, seq, index }: Known, sizes: readonly number[], hole: number, at: number): Batch {
    let next = { seq: seq + 1 + hole, index };
    const entries = sizes.map((size, n): Entry => {
      const first = next.seq;
      const last = first + Math.max(1, size) - 1;
      const events = Array.from({ length: size }, (_, i) => ({
        seq: first + i,
        name: 'said',
        data: { text: `${first + i}` },
      }));
      const input = { type: 'outside', event: { n } } as const;
      const entry = {
        epoch: fence.epoch,
        seq: first,
        last,
        index: next.index,
        at,
        id: `e${first}`,
        seed: n,
        input,
        events,
      };
      next = { seq: last + 1, index: next.index + size };
      return entry;
    });
    return { entries, durability: 'fsync', deadline: undefined };
  }
}

const addressOf = ({ room: index }: { readonly room: number }): string => `chat/${index}`;
/** Epochs of which nothing is kept may be in a lineage or not. */
const comparable = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'lineage' in value
    ? { ...value, lineage: (value as Claim).lineage.slice(-1) }
    : value;
const outcome = (made: Promise<unknown>): Promise<{ readonly value?: unknown; readonly error?: string }> =>
  made.then(
    (value) => ({ value: comparable(value) }),
    (error: Error) => ({ error: error.name }),
  );

it('does what the store in memory does, whatever is asked of it, also closed and opened in between', async () => {
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(fc.array(call, { minLength: 30, maxLength: 60 }), async (calls) => {
    const dir = mkdtempSync(join(tmpdir(), 'greenroom-'));
    let store = await openLmdbStore({ dir });
    const model = new MemoryRoomStore();
    const writer = new Writer();
    for (const given of calls) {
      const make = writer.prepare(given);
      const [expected, found] = [await outcome(make(model)), await outcome(make(store))];
      // How many bytes a write has is each store's own.
      if (typeof expected.value === 'number') expect(typeof found.value).toBe('number');
      else expect(found).toEqual(expected);
      if (expected.error === undefined) writer.note(given, expected.value);
      const what = `${given.verb} ${expected.error ?? 'done'}`;
      seen.set(what, (seen.get(what) ?? 0) + 1);
      if (given.verb !== 'reopen') continue;
      await store.close();
      store = await openLmdbStore({ dir });
    }
    await store.close();
    rmSync(dir, { recursive: true });
  });
  await fc.assert(property, { seed: 20_261_121, numRuns: 25, endOnFailure: true });
  // The seed has met every way in which a call can end.
  const ends = ['claim done', 'append done', 'append FencedError', 'append StoreRefusedError', 'redact done'];
  const more = [
    'redact FencedError',
    'save done',
    'save FencedError',
    'save StoreRefusedError',
    'read done',
    'due done',
  ];
  for (const end of [...ends, ...more, 'list done', 'reopen done']) expect([...seen.keys()]).toContain(end);
});
