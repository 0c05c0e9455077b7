import type { Claim, RoomStore } from '@greenroom/rooms';
import { holds, refused, same } from '../check.js';
import { ADDRESS, ALL, Owner, START, type StoreCheck } from './harness.js';

const claim = async (store: RoomStore, owner: string, at: number): Promise<Claim> => {
  const made = await store.claim(ADDRESS, owner, at, true);
  if (made === undefined) throw new Error('the claim came to nothing');
  return made;
};

export const claimChecks: readonly StoreCheck[] = [
  {
    title: 'an epoch is at least the wall time of its claim',
    async run(harness) {
      const store = await harness.open();
      holds((await claim(store, 'a', START)).epoch >= START, 'the first epoch is below the time');
      holds((await claim(store, 'a', START + 5000)).epoch >= START + 5000, 'the second epoch is below the time');
    },
  },
  {
    title: 'epochs rise, even when the clock stands still or goes back, and across a reopening',
    async run(harness) {
      const store = await harness.open();
      const first = await claim(store, 'a', START);
      const second = await claim(store, 'a', START);
      const third = await claim(store, 'b', START - 60_000);
      const fourth = await claim(await harness.reopen(), 'b', 1);
      const epochs = [first.epoch, second.epoch, third.epoch, fourth.epoch];
      for (const [i, epoch] of epochs.entries())
        holds(i === 0 || epoch > (epochs[i - 1] ?? 0), `not rising: ${epochs.join(', ')}`);
    },
  },
  {
    title: 'a claim seals the old epoch with a barrier, which follows its last entry and is the head',
    async run(harness) {
      const store = await harness.open();
      const first = await Owner.claim(store);
      same(first.seq, 1, 'seq of the first barrier');
      await first.append([first.say('one', 'two'), first.say('three')]);
      const { barrier, epoch } = await claim(store, 'b', START + 1000);
      same(barrier.input, { type: 'barrier', owner: 'b' }, 'input of the barrier');
      same([barrier.seq, barrier.last, barrier.index], [5, 5, 3], 'place of the barrier');
      same([barrier.epoch, barrier.at, barrier.events], [epoch, START + 1000, []], 'stamp of the barrier');
      same((await store.read(ADDRESS, ALL)).at(-1), barrier, 'the newest entry in the log');
      const next = new Set([barrier.id, ...(await store.read(ADDRESS, ALL)).map((entry) => entry.id)]);
      same(next.size, 4, 'ids that differ');
    },
  },
  {
    title: 'of concurrent claims all have epochs of their own, one wins, and the others are fenced',
    async run(harness) {
      const store = await harness.open();
      const names = ['a', 'b', 'c', 'd', 'e'];
      const claims = await Promise.all(names.map((name) => claim(store, name, START)));
      same(new Set(claims.map(({ epoch }) => epoch)).size, names.length, 'different epochs');
      const highest = Math.max(...claims.map(({ epoch }) => epoch));
      for (const [i, { epoch }] of claims.entries()) {
        const batch = { entries: [], durability: 'fsync', deadline: undefined } as const;
        const writing = store.append(ADDRESS, { epoch, owner: names[i] ?? '' }, batch);
        if (epoch === highest) await writing;
        else await refused(writing, 'FencedError');
      }
    },
  },
  {
    title: "an append after another's claim is refused and writes nothing",
    async run(harness) {
      const store = await harness.open();
      const old = await Owner.claim(store);
      await old.write('before');
      const sealed = await claim(store, 'node-b', START + 1);
      const before = await old.log();
      const late = { ...old.say('late'), seq: sealed.barrier.seq + 1, last: sealed.barrier.seq + 1 };
      const snapshot = { seq: 1, state: 'late' };
      await refused(old.append([late], { deadline: 5, snapshot, redact: [2] }), 'FencedError');
      await refused(old.append([{ ...late, epoch: sealed.epoch }]), 'FencedError');
      same(await old.log(), before, 'the log');
      same(await store.due(Infinity, 10), [], 'what is due');
      same((await claim(store, 'c', START + 2)).snapshot, undefined, 'the snapshot');
    },
  },
  {
    title: "a snapshot after another's claim is refused and changes nothing",
    async run(harness) {
      const store = await harness.open();
      const old = await Owner.claim(store);
      await old.write('one', 'two');
      await claim(store, 'node-b', START + 1);
      const before = await old.log();
      const keep = { index: 100, seq: 0, after: Infinity };
      await refused(store.saveSnapshot(ADDRESS, old, { seq: 3, state: 'late' }, keep, 5), 'FencedError');
      same(await old.log(), before, 'the log');
      same(await store.due(Infinity, 10), [], 'what is due');
      same((await claim(store, 'c', START + 2)).snapshot, undefined, 'the snapshot');
    },
  },
  {
    title: 'a fence of the right epoch but another owner is refused, and so is any on a room never claimed',
    async run(harness) {
      const store = await harness.open();
      const owner = await Owner.claim(store);
      const batch = { entries: [owner.say('x')], durability: 'fsync', deadline: undefined } as const;
      await refused(store.append(ADDRESS, { epoch: owner.epoch, owner: 'other' }, batch), 'FencedError');
      await refused(store.append('chat/none', owner, batch), 'FencedError');
      const keep = { index: 0, seq: 0, after: 0 };
      await refused(store.saveSnapshot('chat/none', owner, { seq: 0, state: 0 }, keep, 1), 'FencedError');
      same(await store.list('chat', 10), ['cats'], 'the rooms that exist');
    },
  },
  {
    title: 'an append under way while the room is claimed is before the barrier or refused, never after',
    async run(harness) {
      const store = await harness.open();
      const old = await Owner.claim(store);
      const early = old.append([old.say('early')]);
      const claiming = claim(store, 'node-b', START + 1);
      const late = old.append([old.say('late')]);
      const [first, { barrier }, second] = await Promise.all([accepted(early), claiming, accepted(late)]);
      const log = await old.log();
      const written = log.filter((entry) => entry.input.type === 'command');
      same(written.length, Number(first) + Number(second), 'entries of the old epoch');
      for (const entry of written) holds(entry.seq < barrier.seq, 'an entry of the old epoch is above the barrier');
      same(log.at(-1), barrier, 'the newest entry');
    },
  },
  {
    title: 'a claim that may not create leaves a room that does not exist alone',
    async run(harness) {
      const store = await harness.open();
      same(await store.claim(ADDRESS, 'a', START, false), undefined, 'the claim');
      same(await store.list('chat', 10), [], 'the rooms that exist');
      same(await store.read(ADDRESS, ALL), [], 'the log');
      same((await claim(store, 'a', START)).barrier.seq, 1, 'seq of the first barrier');
      holds((await store.claim(ADDRESS, 'b', START, false)) !== undefined, 'a room that exists can be claimed');
    },
  },
  {
    title: 'a claim hands over the newest snapshot and where each epoch began, oldest first',
    async run(harness) {
      const store = await harness.open();
      const first = await Owner.claim(store);
      await first.write('one', 'two');
      const second = await Owner.claim(store, ADDRESS, 'node-b', START + 1000);
      await second.append([second.say('three')], { snapshot: { seq: second.seq, state: { count: 3 } } });
      const third = await claim(await harness.reopen(), 'node-c', START + 2000);
      same(third.snapshot, { seq: 5, state: { count: 3 } }, 'the snapshot');
      const lineage = [
        { epoch: first.epoch, base: 1 },
        { epoch: second.epoch, base: 4 },
        { epoch: third.epoch, base: 6 },
      ];
      same(third.lineage, lineage, 'the lineage');
    },
  },
];

const accepted = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );
