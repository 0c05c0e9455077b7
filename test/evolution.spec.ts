import { cp, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Entry, KindOptions, RoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { startTestRooms, VirtualClock, type TestRooms } from '@greenroom/testing';
import { eventually } from './kit/within.js';
import { MIGRATIONS, tally } from './fixtures/evolution/tally.mjs';

const FIXTURES = fileURLToPath(new URL('./fixtures/evolution/', import.meta.url));
const OLD = [1, 2] as const;
const ADDRESSES = ['tally/saved', 'tally/tail', 'tally/log'];
/** The disk takes real time, of which the virtual clock knows nothing. */
const limits = { storeDeadlineMs: Number.MAX_SAFE_INTEGER };

interface Facts {
  readonly rooms: Readonly<Record<string, { session: string; position: { epoch: number; seq: number } }>>;
  readonly now: number;
}
const factsOf = (version: number): Facts =>
  JSON.parse(readFileSync(join(FIXTURES, `v${version}/facts.json`), 'utf8')) as Facts;
const later = (options: KindOptions = {}) => tally(3, options);

const stores: RoomStore[] = [];
const dirs: string[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
});

/** A copy of what a version left behind. */
const left = async (version: number): Promise<RoomStore> => {
  const dir = await mkdtemp(join(tmpdir(), 'greenroom-'));
  dirs.push(dir);
  await cp(join(FIXTURES, `v${version}/data.mdb`), join(dir, 'data.mdb'));
  const store = await openLmdbStore({ dir });
  stores.push(store);
  return store;
};

/** Rooms on it, as they are opened some time after. */
const openedBy = async (kind: ReturnType<typeof tally>, store: RoomStore, now: number): Promise<TestRooms> =>
  startTestRooms({ kinds: [kind], store, clock: new VirtualClock(now + 1000), limits });

/** What is kept of a room but the barriers that being looked at leaves. */
const keptOf = async (store: RoomStore, address: string) => {
  const entries = (await store.read(address, { limit: 1000 })).filter(({ input }) => input.type !== 'barrier');
  return { entries, snapshot: (await store.claim(address, 'spec', 1, false))?.snapshot };
};
const refusal = { code: 'DIVERGED', retryable: false };

describe.each(OLD)('rooms that version %i wrote', (version) => {
  const { rooms: known, now } = factsOf(version);

  it('are of every sort: saved, saved with a log after it, and a log alone', async () => {
    const store = await left(version);
    const sorts = await Promise.all(
      ADDRESSES.map(async (address) => {
        const { entries, snapshot } = await keptOf(store, address);
        const commands = entries.filter(({ seq, input }) => seq > (snapshot?.seq ?? 0) && input.type === 'command');
        return [snapshot !== undefined, commands.length];
      }),
    );
    expect(sorts).toEqual([
      [true, 0],
      [true, 3],
      [false, 4],
    ]);
  });

  it.each(ADDRESSES)(
    '%s: open under version 3, one step at a time, with state, members, history and deadlines',
    async (address) => {
      const steps: number[] = [];
      const migrations = Object.fromEntries(
        Object.entries(MIGRATIONS).map(([from, step]) => [
          from,
          (saved: unknown) => {
            steps.push(Number(from));
            return step(saved);
          },
        ]),
      );
      const store = await left(version);
      const before = await keptOf(store, address);
      const kind = later({ migrations });
      let rooms = await openedBy(kind, store, now);
      let ann = rooms.connect('ann');
      const { session = '', position } = known[address] ?? {};
      const joined = await ann.join(address, { session, ...(position && { since: position }) });
      // Her session is from the old version; so are the events, as they were sent.
      expect(joined).toMatchObject({ recovered: true, count: 1 });
      expect(await rooms.node.room(address).view()).toEqual({ total: { sum: 6, count: 3 } });
      expect(steps).toEqual(address === 'tally/log' ? [] : [1, 2].filter((from) => from >= version));
      await ann.send(address, 'add', { n: 4 });
      expect(ann.events('added').at(-1)).toMatchObject({ data: { total: 10 } });

      // From now on it is of version 3.
      const seen = steps.length;
      rooms = await rooms.kill();
      ann = rooms.connect('ann');
      await ann.join(address);
      expect(await rooms.node.room(address).view()).toEqual({ total: { sum: 10, count: 4 } });
      expect(steps).toHaveLength(seen);
      const kept = await store.read(address, { limit: 1000 });
      const old = kept.filter(
        ({ seq, input }) => input.type !== 'barrier' && seq <= (before.entries.at(-1)?.last ?? 0),
      );
      expect(old).toEqual(before.entries);
      // The reminder that the old version set.
      rooms.clock.set(now + 3_700_000);
      await rooms.clock.advance(2000);
      await eventually('the reminder', async () => {
        await rooms.clock.advance(1000);
        return (await store.read(address, { limit: 1000 })).some(({ events }) => events.some(isReminder));
      });
    },
  );

  const refusing: readonly [what: string, kind: () => ReturnType<typeof tally>, why: RegExp][] = [
    ['without one of the steps', () => later({ migrations: { 1: MIGRATIONS[1] } }), /no migration from version 2/],
    [
      'with a step that throws',
      () =>
        later({
          migrations: {
            ...MIGRATIONS,
            2: () => {
              throw new RangeError('half-way');
            },
          },
        }),
      /the migration from version 2 failed/,
    ],
    [
      'with a step that makes what the machine cannot load',
      () => later({ migrations: { 1: garbage, 2: garbage } }),
      /cannot be loaded/,
    ],
  ];
  it.each(refusing)('are refused %s, and left as they were', async (_, kind, why) => {
    for (const address of ['tally/saved', 'tally/tail']) {
      const store = await left(version);
      const before = await keptOf(store, address);
      const rooms = await openedBy(kind(), store, now);
      for (const who of ['ann', 'bob']) await expect(rooms.connect(who).join(address)).rejects.toMatchObject(refusal);
      await expect(rooms.connect('ann').join(address)).rejects.toThrow(why);
      expect(await keptOf(store, address)).toEqual(before);
      const fitting = await rooms.kill({ kinds: [later()] });
      await fitting.connect('bob').join(address);
      expect(await fitting.node.room(address).view()).toEqual({ total: { sum: 6, count: 3 } });
    }
  });
});

const garbage = (): unknown => ({ snapshot: { status: 'active', value: 'nowhere', context: {} }, timers: [] });
const isReminder = ({ name }: Entry['events'][number]): boolean => name === 'reminded';

describe('rooms that a later version wrote', () => {
  it.each(ADDRESSES)('%s: are refused by an earlier one, and left as they were', async (address) => {
    const store = await left(2);
    const before = await keptOf(store, address);
    const rooms = await openedBy(tally(1), store, factsOf(2).now);
    await expect(rooms.connect('bob').join(address)).rejects.toMatchObject(refusal);
    await expect(rooms.connect('bob').join(address)).rejects.toThrow(/saved by version 2, and this is version 1/);
    expect(await keptOf(store, address)).toEqual(before);
  });

  it('are refused when Greenroom itself wrote them in another form', async () => {
    const store = await left(2);
    const { snapshot } = await keptOf(store, 'tally/saved');
    const claim = await store.claim('tally/saved', 'later', 1, false);
    if (claim === undefined || snapshot === undefined) throw new Error('no such room');
    const state = { ...(snapshot.state as object), format: 2 };
    const keep = { index: 0, seq: 0, after: 0 };
    const fence = { epoch: claim.epoch, owner: 'later' };
    await store.saveSnapshot('tally/saved', fence, { seq: snapshot.seq, state }, keep, undefined);
    const rooms = await openedBy(later(), store, factsOf(2).now);
    await expect(rooms.connect('bob').join('tally/saved')).rejects.toMatchObject(refusal);
    await expect(rooms.connect('bob').join('tally/saved')).rejects.toThrow(/its snapshot has format 2/);
    expect((await keptOf(store, 'tally/saved')).snapshot).toEqual({ seq: snapshot.seq, state });
  });
});

describe('a log that the old version did not save, with a command that the new one does not take', () => {
  const without = (onDiverged: 'refuse' | 'accept') => {
    const kind = later({ onDiverged });
    // It has no use for `add` any more.
    const logic: typeof kind.logic = {
      ...kind.logic,
      create: (...given) => {
        const made = kind.logic.create(...given);
        const apply = made.apply.bind(made);
        made.apply = (state, event) =>
          event.type === 'add' ? { state, taken: false, outputs: [], effects: [], done: false } : apply(state, event);
        return made;
      },
    };
    return { ...kind, logic };
  };

  it('is refused: the room would lose what was acked', async () => {
    const store = await left(1);
    const before = await keptOf(store, 'tally/tail');
    const rooms = await openedBy(without('refuse'), store, factsOf(1).now);
    await expect(rooms.connect('bob').join('tally/tail')).rejects.toMatchObject(refusal);
    expect(await keptOf(store, 'tally/tail')).toEqual(before);
  });

  it('is taken without it where the kind says so, with a warning', async () => {
    const rooms = await openedBy(without('accept'), await left(1), factsOf(1).now);
    await rooms.connect('bob').join('tally/tail');
    expect(await rooms.node.room('tally/tail').view()).toEqual({ total: { sum: 1, count: 1 } });
    expect(rooms.logged.filter(({ level }) => level === 'warn').length).toBeGreaterThan(1);
  });
});
