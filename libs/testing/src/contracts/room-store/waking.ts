import { refused, same } from '../check.js';
import { ADDRESS, ALL, Owner, START, type StoreCheck } from './harness.js';

const dueAt = (at: number): unknown => [{ address: ADDRESS, at }];

export const wakingChecks: readonly StoreCheck[] = [
  {
    title: 'what is due comes earliest first, up to and with the moment asked for, at most so many',
    async run(harness) {
      const store = await harness.open();
      const deadlines = { 'chat/a': 300, 'chat/b': 100, 'game/c': 200, 'chat/d': 100, 'chat/e': undefined };
      for (const [address, deadline] of Object.entries(deadlines)) {
        const owner = await Owner.claim(store, address);
        await owner.append([owner.say('x')], { deadline });
      }
      const all = [
        { address: 'chat/b', at: 100 },
        { address: 'chat/d', at: 100 },
        { address: 'game/c', at: 200 },
        { address: 'chat/a', at: 300 },
      ];
      for (const open of [async () => store, () => harness.reopen()]) {
        const opened = await open();
        same(await opened.due(300, 10), all, 'all');
        same(await opened.due(299, 10), all.slice(0, 3), 'before the last');
        same(await opened.due(200, 2), all.slice(0, 2), 'the first two');
        same(await opened.due(99, 10), [], 'too early');
        same(await opened.due(300, 0), [], 'none asked for');
      }
    },
  },
  {
    title: 'an append replaces or clears the deadline, also one without entries',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('x')], { deadline: 100 });
      await owner.append([owner.say('y')], { deadline: 500 });
      same(await owner.store.due(1000, 10), dueAt(500), 'replaced');
      await owner.append([], { deadline: 50 });
      same(await owner.store.due(1000, 10), dueAt(50), 'replaced without entries');
      await owner.append([owner.say('z')], { deadline: undefined });
      same(await owner.store.due(1000, 10), [], 'cleared');
    },
  },
  {
    title: 'a snapshot replaces or clears the deadline',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const keep = { index: 0, seq: 0, after: 0 };
      await owner.append([owner.say('x')], { deadline: 100 });
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 2, state: 0 }, keep, 700);
      same(await owner.store.due(1000, 10), dueAt(700), 'replaced');
      await owner.store.saveSnapshot(ADDRESS, owner, { seq: 2, state: 0 }, keep, undefined);
      same(await owner.store.due(1000, 10), [], 'cleared');
    },
  },
  {
    title: 'a claim keeps the deadline, and a refused append does',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('x')], { deadline: 100 });
      const next = await Owner.claim(owner.store, ADDRESS, 'node-b');
      await refused(owner.append([owner.say('y')], { deadline: 1 }), 'FencedError');
      await refused(next.append([owner.say('y')], { deadline: 1 }), 'StoreRefusedError');
      same(await (await harness.reopen()).due(1000, 10), dueAt(100), 'what is due');
    },
  },
  {
    title: 'a store that is checked takes writes, and nothing of the check is seen',
    async run(harness) {
      const store = await harness.open();
      await store.check();
      const owner = await Owner.claim(store);
      await Promise.all([store.check(), owner.append([owner.say('x')], { deadline: 100 }), store.check()]);
      for (const open of [async () => store, () => harness.reopen()]) {
        const opened = await open();
        await opened.check();
        same(await opened.due(1000, 10), dueAt(100), 'what is due');
        same(await opened.list('chat', 10), ['cats'], 'rooms');
        same((await opened.read(ADDRESS, ALL)).length, 2, 'entries');
      }
    },
  },
  {
    title: 'the rooms of a kind are listed by id, page by page, and no others',
    async run(harness) {
      const store = await harness.open();
      const ids = Array.from({ length: 25 }, (_, i) => `room-${String(i).padStart(2, '0')}`);
      const others = ['chat-x/a', 'chat.x/a', 'chat0/a', 'cha/t', 'chatter/a', 'Chat/a'];
      const addresses = [...ids.map((id) => `chat/${id}`), 'chat/Z', 'chat/~x', ...others];
      await Promise.all(addresses.map((address) => store.claim(address, 'a', START, true)));
      const expected = ['Z', ...ids, '~x'];
      for (const open of [async () => store, () => harness.reopen()]) {
        const opened = await open();
        const listed: string[] = [];
        for (let cursor: string | undefined; ; cursor = listed.at(-1)) {
          const page = await opened.list('chat', 10, cursor);
          listed.push(...page);
          if (page.length < 10) break;
        }
        same(listed, expected, 'all pages');
        same(await opened.list('chat', 2, 'room-03x'), ['room-04', 'room-05'], 'after a cursor that is no room');
        same(await opened.list('chat', 0), [], 'none asked for');
        same(await opened.list('none', 10), [], 'a kind without rooms');
      }
    },
  },
];
