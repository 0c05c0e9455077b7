import type { Entry, RoomStore } from '@greenroom/rooms';
import { holds, refused, same } from '../check.js';
import { ADDRESS, ALL, Owner, seqs, START, type RoomStoreHarness, type StoreCheck } from './harness.js';

const KEEP_ALL = { index: 0, seq: 0, after: 0 };

export const durabilityChecks: readonly StoreCheck[] = [
  {
    title: 'what was acknowledged at fsync or at commit is there when the store is opened again',
    async run(harness) {
      const store = await harness.open();
      const owner = await Owner.claim(store);
      await owner.append([owner.say('fsync')], { durability: 'fsync' });
      await owner.append([owner.say('commit')], { durability: 'commit', deadline: 900, redact: [2] });
      await store.saveSnapshot(ADDRESS, owner, { seq: 2, state: { n: 1 } }, KEEP_ALL, 800);
      const before = await owner.log();
      const opened = await harness.reopen();
      const back = owner.with(opened);
      same(await back.log(), before, 'the log');
      same(await opened.due(900, 10), [{ address: ADDRESS, at: 800 }], 'what is due');
      same(await opened.list('chat', 10), ['cats'], 'the rooms');
      await back.append([back.say('the owner goes on')]);
      const next = await opened.claim(ADDRESS, 'node-b', START, false);
      holds((next?.epoch ?? 0) > owner.epoch, 'the epoch did not rise');
      same(next?.snapshot, { seq: 2, state: { n: 1 } }, 'the snapshot');
      await refused(back.append([]), 'FencedError');
    },
  },
  {
    title: 'closing waits for the writes under way: each is kept or was refused; closing twice is fine',
    async run(harness) {
      const store = await harness.open();
      const owner = await Owner.claim(store);
      const writing = Array.from({ length: 10 }, (_, i) => owner.append([owner.say(i)]));
      const outcomes = Promise.allSettled(writing);
      await store.close();
      await store.close();
      const kept = (await outcomes).filter(({ status }) => status === 'fulfilled').length;
      const log = await owner.with(await harness.reopen()).log();
      same(log.length, 1 + kept, 'entries kept');
    },
  },
];

/** For harnesses that can crash. */
export const crashChecks: readonly StoreCheck[] = [
  {
    title: 'what was acknowledged at fsync survives a crash: entries, redactions, snapshots, deadlines',
    async run(harness) {
      const store = await harness.open();
      const owner = await Owner.claim(store);
      await owner.write('one', 'two');
      await owner.append([owner.say('three')], { redact: [2], snapshot: { seq: 4, state: 'saved' }, deadline: 500 });
      const before = await owner.log();
      const opened = await crash(harness);
      same(await owner.with(opened).log(), before, 'the log');
      same(await opened.due(900, 10), [{ address: ADDRESS, at: 500 }], 'what is due');
      same((await opened.claim(ADDRESS, 'node-b', START, false))?.snapshot, { seq: 4, state: 'saved' }, 'the snapshot');
    },
  },
  {
    title: 'a single append acknowledged at fsync survives a crash that comes at once',
    async run(harness) {
      let store = await harness.open();
      for (let round = 0; round < 3; round += 1) {
        const owner = await Owner.claim(store, ADDRESS, `node-${round}`);
        const [entry] = await owner.write(round);
        store = await crash(harness);
        same((await store.read(ADDRESS, ALL)).at(-1), entry, `the entry of round ${round}`);
      }
    },
  },
  {
    title: 'a claim survives a crash: its epoch is never given out again, and older ones stay fenced',
    async run(harness) {
      const old = await Owner.claim(await harness.open());
      const next = await Owner.claim(old.store, ADDRESS, 'node-b');
      const opened = await crash(harness);
      await refused(old.with(opened).append([]), 'FencedError');
      const third = await opened.claim(ADDRESS, 'node-c', START, false);
      holds((third?.epoch ?? 0) > next.epoch, 'an epoch was given out twice');
    },
  },
  {
    title: 'a snapshot that was acknowledged survives a crash, and so does what it let go of',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('a', 'b', 'c');
      const keep = { index: 2, seq: 0, after: 0 };
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 4, state: 'saved' }, keep, undefined);
      const opened = await crash(harness);
      same(seqs(await opened.read(ADDRESS, ALL)), [4], 'the log');
      same((await opened.claim(ADDRESS, 'b', START, false))?.snapshot, { seq: 4, state: 'saved' }, 'the snapshot');
    },
  },
  {
    title: 'a crash amid many appends loses nothing acknowledged, leaves no hole and no part of a batch',
    async run(harness) {
      const store = await harness.open();
      const owners = await Promise.all(['chat/a', 'chat/b', 'chat/c'].map((address) => Owner.claim(store, address)));
      const acked = new Map<string, number>();
      const writing: Promise<void>[] = [];
      for (let i = 0; i < 40; i += 1) {
        for (const owner of owners) {
          const entries = [owner.say(i), owner.say(i, 'x'.repeat(i * 100)), owner.say(i)];
          const last = owner.seq;
          const acknowledge = (): void => void acked.set(owner.address, last);
          // What the crash leaves unanswered may never be.
          writing.push(owner.append(entries).then(acknowledge, () => undefined));
        }
        if (i % 10 === 9) await writing[i];
      }
      const ackedThen = new Map(acked);
      const opened = await crash(harness);
      for (const { address } of owners) {
        const log = await opened.read(address, ALL);
        holds((log.at(-1)?.last ?? 0) >= (ackedThen.get(address) ?? 0), `${address}: an acknowledged entry is gone`);
        assertWhole(address, log);
      }
      holds(ackedThen.size === owners.length, 'nothing was acknowledged before the crash');
    },
  },
];

/** Batches of three entries each, after the barrier. */
function assertWhole(address: string, log: readonly Entry[]): void {
  for (const [i, entry] of log.entries()) {
    same(entry.seq, (log[i - 1]?.last ?? 0) + 1, `${address}: the position after ${i} entries`);
  }
  same((log.length - 1) % 3, 0, `${address}: entries beyond whole batches`);
}

async function crash(harness: RoomStoreHarness): Promise<RoomStore> {
  if (harness.crash === undefined) throw new Error('this harness cannot crash');
  return harness.crash();
}
