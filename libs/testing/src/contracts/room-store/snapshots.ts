import type { Entry, Snapshot } from '@greenroom/rooms';
import { refused, same } from '../check.js';
import { ADDRESS, Owner, seqs, START, type StoreCheck } from './harness.js';

const KEEP_ALL = { index: 0, seq: 0, after: 0 };
const KEEP_NONE = { index: Number.MAX_SAFE_INTEGER, seq: 0, after: 0 };

const savedIn = async (owner: Owner): Promise<Snapshot | undefined> =>
  (await owner.store.claim(ADDRESS, 'reader', START, false))?.snapshot;

/** Events of the log by position: their data, or that they are redacted. */
const eventsOf = (log: readonly Entry[]): readonly (readonly [number, unknown])[] =>
  log.flatMap((entry) => entry.events.map((event): [number, unknown] => [event.seq, event.redacted ?? event.data]));

export const snapshotChecks: readonly StoreCheck[] = [
  {
    title: 'a snapshot replaces the one before, by itself and with a batch',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('one', 'two');
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 2, state: 'first' }, KEEP_ALL, undefined);
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 3, state: 'second' }, KEEP_ALL, undefined);
      await owner.append([owner.say('three')], { snapshot: { seq: 4, state: 'third' } });
      same(await savedIn(owner.with(await harness.reopen())), { seq: 4, state: 'third' }, 'the snapshot');
    },
  },
  {
    title: 'an older snapshot that comes late does not replace a newer one',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('one', 'two');
      await owner.append([owner.say('three')], { snapshot: { seq: 4, state: 'newer' } });
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 3, state: 'older' }, KEEP_ALL, undefined);
      await owner.append([owner.say('four')], { snapshot: { seq: 2, state: 'oldest' } });
      same(await savedIn(owner), { seq: 4, state: 'newer' }, 'the snapshot');
    },
  },
  {
    title: 'a snapshot beyond the head is refused and changes nothing',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('one');
      const ahead = { seq: 3, state: 'ahead' };
      await refused(owner.store.saveSnapshot(ADDRESS, owner, ahead, KEEP_NONE, 7), 'StoreRefusedError');
      const [next] = [owner.say('two')];
      await refused(owner.append([next], { snapshot: { ...ahead, seq: 4 } }), 'StoreRefusedError');
      same(seqs(await owner.log()), [1, 2], 'the log');
      same(await owner.store.due(10, 10), [], 'what is due');
      same(await savedIn(owner), undefined, 'the snapshot');
    },
  },
  {
    title: 'entries whose index is below the retention go',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      // Positions 1, 2-3, 4, 5-6, 7 with indexes 0, 0, 2, 3, 5.
      await owner.append([owner.say('a', 'b'), owner.say('c'), owner.say('d', 'e'), owner.say('f')]);
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 7, state: 0 }, { index: 3, seq: 0, after: 0 }, undefined);
      same(seqs(await owner.log()), [5, 7], 'the log');
      same(seqs(await owner.with(await harness.reopen()).log()), [5, 7], 'the log, once reopened');
    },
  },
  {
    title: 'entries whose seq is below the retention go, with or without events',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a', 'b'), owner.say('c'), owner.say('d', 'e'), owner.say('f')]);
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 7, state: 0 }, { index: 0, seq: 5, after: 0 }, undefined);
      same(seqs(await owner.log()), [5, 7], 'the log');
      same(seqs(await owner.with(await harness.reopen()).log()), [5, 7], 'the log, once reopened');
    },
  },
  {
    title: 'entries older than the retention go',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('a', 'b', 'c');
      const after = START + 2 * Owner.stepMs;
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 4, state: 0 }, { index: 0, seq: 0, after }, undefined);
      same(seqs(await owner.log()), [3, 4], 'the log');
    },
  },
  {
    title: 'nothing above the snapshot goes, whatever the retention',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a'), owner.say('b', 'c'), owner.say('d')]);
      const keep = { index: 100, seq: 0, after: Infinity };
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 2, state: 0 }, keep, undefined);
      same(seqs(await owner.log()), [3, 5], 'the log');
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 2, state: 1 }, keep, undefined);
      same(seqs(await owner.log()), [3, 5], 'the log, after the same again');
    },
  },
  {
    title: 'trimming leaves no hole, even when the clock went back',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const entries = [owner.say('a'), owner.say('b'), { ...owner.say('c'), at: START - 5000 }, owner.say('d')];
      await owner.append(entries);
      const keep = { index: 0, seq: 0, after: START + Owner.stepMs };
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 5, state: 0 }, keep, undefined);
      const left = seqs(await owner.log());
      same(left, [2, 3, 4, 5].slice(-left.length), 'the positions left');
    },
  },
  {
    title: 'a log trimmed to nothing goes on where it was, also after a claim',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a', 'b'), owner.say('c')]);
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 4, state: 0 }, KEEP_NONE, undefined);
      same(await owner.log(), [], 'the log');
      await owner.write('d');
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 5, state: 0 }, KEEP_NONE, undefined);
      const claim = await (await harness.reopen()).claim(ADDRESS, 'b', START, false);
      same([claim?.barrier.seq, claim?.barrier.index], [6, 4], 'the place of the barrier');
      same(claim?.lineage.at(-1), { epoch: claim?.epoch, base: 6 }, 'the newest of the lineage');
    },
  },
  {
    title: 'an epoch is in the lineage as long as an entry of it is kept, and goes with its last',
    async run(harness) {
      const store = await harness.open();
      const owners: Owner[] = [];
      for (const name of ['a', 'b', 'c']) {
        const owner = await Owner.claim(store, ADDRESS, name);
        await owner.write(name, name);
        owners.push(owner);
      }
      const [a, b, c] = owners.map(({ epoch }) => epoch);
      const last = owners.at(-1);
      if (last === undefined) return;
      // Barriers at 1, 4, 7; indexes: 1 -> 0, 2 -> 0, 3 -> 1, 4 -> 2, 5 -> 2, 6 -> 3, 7 -> 4.
      const lineageAfter = async (index: number): Promise<unknown> => {
        await store.saveSnapshot(ADDRESS, last, { seq: last.seq, state: 0 }, { index, seq: 0, after: 0 }, undefined);
        const claim = await store.claim(ADDRESS, last.owner, last.at, false);
        Object.assign(last, { epoch: claim?.epoch, seq: claim?.barrier.seq });
        return claim?.lineage.slice(0, 3).filter(({ epoch }) => [a, b, c].includes(epoch));
      };
      const [first, second, third] = [a, b, c].map((epoch, i) => ({ epoch, base: 1 + i * 3 }));
      same(await lineageAfter(1), [first, second, third], 'with one entry of the first');
      same(await lineageAfter(2), [second, third], 'with none of the first');
      same(await lineageAfter(4), [third], 'with none of the second');
    },
  },
  {
    title: 'redacting blanks the events it names, in the log and in its own batch, for every reader from then on',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a', 'b'), owner.say('c')]);
      const entry = owner.say('d', 'e');
      await owner.append([entry, owner.say('f')], { redact: [3, 4, 6], snapshot: { seq: owner.seq, state: 0 } });
      const blanked = [
        [2, 'a'],
        [3, true],
        [4, true],
        [5, 'd'],
        [6, true],
        [7, 'f'],
      ];
      for (const log of [await owner.log(), await owner.with(await harness.reopen()).log()]) {
        same(eventsOf(log), blanked, 'the events');
        for (const event of log.flatMap(({ events }) => events)) {
          if (event.redacted === true) same(event.data, null, 'data of a redacted event');
        }
        same(seqs(log), [1, 2, 4, 5, 7], 'the entries');
      }
    },
  },
  {
    title:
      'what a member sent and was answered goes with its event, once a snapshot saves every replay from reading it',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([{ ...owner.say('secret'), reply: 'secret' }, owner.say('kept')]);
      await owner.append([owner.say('secret')], { redact: [2, 4], snapshot: { seq: 4, state: 0 } });
      const log = await owner.log();
      same(JSON.stringify(log).includes('secret'), false, 'the secret is still in the log');
      same(JSON.stringify(log).includes('kept'), true, 'the rest is in the log');
      const commands = log.slice(1).map(({ input }) => input.type === 'command' && [input.name, input.commandId]);
      same(
        commands,
        [2, 3, 4].map((seq) => ['say', `c${seq}`]),
        'what repeats are known by',
      );
    },
  },
  {
    title: 'redacting and its snapshot are written together or not at all',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('a', 'b');
      const before = await owner.log();
      const hole = { ...owner.say('c'), seq: 50, last: 50 };
      await refused(owner.append([hole], { redact: [2], snapshot: { seq: 3, state: 1 } }), 'StoreRefusedError');
      same(await owner.log(), before, 'the log after a refusal');
      same(await savedIn(owner.with(await harness.reopen())), undefined, 'the snapshot after a refusal');
    },
  },
  {
    title: 'redacting what is no longer kept, or never was, changes nothing else',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a'), owner.say('b')]);
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 3, state: 0 }, { index: 1, seq: 0, after: 0 }, undefined);
      await owner.append([owner.say()], { redact: [1, 2, 4, 99] });
      same(eventsOf(await owner.log()), [[3, 'b']], 'the events');
      same(seqs(await owner.log()), [3, 4], 'the entries');
    },
  },
];
