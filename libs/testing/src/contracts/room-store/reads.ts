import type { Entry, ReadRange } from '@greenroom/rooms';
import { same } from '../check.js';
import { Owner, seqs, type StoreCheck } from './harness.js';

/** What `read` promises, in the plainest words. */
function model(log: readonly Entry[], range: ReadRange): readonly Entry[] {
  const inside = log.filter(
    (entry) => entry.last > (range.after ?? -1) && entry.seq < (range.before ?? Number.MAX_SAFE_INTEGER),
  );
  return (range.reverse === true ? inside.reverse() : inside).slice(0, range.limit);
}

export const readChecks: readonly StoreCheck[] = [
  {
    title: 'a range is what is above `after` and below `before`, at most `limit`, in either order: all ranges of a log',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      // Entries of one and of several positions, and a second epoch: 1, 2-4, 5, 6, 7-8, 9.
      await owner.append([owner.say('a', 'b', 'c'), owner.say('d')]);
      const second = await Owner.claim(owner.store, owner.address, 'node-b');
      await second.append([second.say('e', 'f'), second.say()]);
      const log = await second.log();
      same(seqs(log), [1, 2, 5, 6, 7, 9], 'the log');
      const bounds = [undefined, ...Array.from({ length: 12 }, (_, i) => i)];
      for (const after of bounds) {
        for (const before of bounds) {
          for (const limit of [0, 1, 3, 100]) {
            for (const reverse of [false, true]) {
              const range = {
                ...(after !== undefined && { after }),
                ...(before !== undefined && { before }),
                limit,
                reverse,
              };
              same(seqs(await owner.store.read(owner.address, range)), seqs(model(log, range)), JSON.stringify(range));
            }
          }
        }
      }
    },
  },
  {
    title: 'a log of many entries is read from the oldest up, or from the newest down, page by page',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      for (let batch = 0; batch < 6; batch += 1) {
        await owner.append(Array.from({ length: 100 }, (_, i) => owner.say(batch * 100 + i)));
      }
      const up: number[] = [];
      for (let after = 0; ; after = up.at(-1) ?? 0) {
        const page = await owner.store.read(owner.address, { after, limit: 90 });
        up.push(...seqs(page));
        if (page.length < 90) break;
      }
      const down: number[] = [];
      for (let before = Infinity; ; before = down.at(-1) ?? 0) {
        const page = await owner.store.read(owner.address, { before, limit: 90, reverse: true });
        down.push(...seqs(page));
        if (page.length < 90) break;
      }
      const all = Array.from({ length: 601 }, (_, i) => i + 1);
      same(up, all, 'upwards');
      same(down, all.reverse(), 'downwards');
    },
  },
  {
    title: 'a room that does not exist has no entries',
    async run(harness) {
      const store = await harness.open();
      await Owner.claim(store, 'chat/other');
      same(await store.read('chat/none', { limit: 10 }), [], 'upwards');
      same(await store.read('chat/none', { limit: 10, reverse: true, before: 5 }), [], 'downwards');
    },
  },
];
