import type { Entry } from '@greenroom/rooms';
import { holds, refused, same } from '../check.js';
import { ADDRESS, Owner, seqs, type StoreCheck } from './harness.js';

/** Values that codecs, keys and object tables get wrong. */
const VALUES: readonly (readonly [what: string, value: unknown])[] = [
  ['text of 60 KiB', 'x'.repeat(60 * 1024)],
  ['bytes', Uint8Array.from({ length: 300 }, (_, i) => i % 256)],
  ['bytes of 60 KiB inside an object', { update: new Uint8Array(60 * 1024).fill(7), at: [new Uint8Array(0)] }],
  ['text of all planes', 'naïve 日本語 👩‍👩‍👧‍👦 \u0000 \u202e עברית'],
  ['keys of all planes', { 日本: 1, '👍': 2, '': 3, 'a.b': 4, '0': 5 }],
  ['a key called __proto__', JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}')],
  ['a key called __proto__ beside bytes', [{ a: new Uint8Array([1]), ...JSON.parse('{"b":{"__proto__":[1]}}') }]],
  ['text that says __proto__', { text: 'what is __proto__?', list: [{ deep: { er: null } }] }],
  ['numbers', [0, -1, 1.5, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 5e-324, 1e300]],
  ['empty and absent things', [null, '', [], {}, false, { none: null }]],
  ['nesting', Array.from({ length: 60 }).reduce<unknown>((inner) => ({ inner }), 'deep')],
  ['objects alike but for a field', [{ a: 1, b: 2 }, { a: 1 }, { b: 2, a: 1 }, { a: 1, b: 2, c: 3 }]],
];

const roundTrip = ([what, value]: (typeof VALUES)[number]): StoreCheck => ({
  title: `${what}: read back as written, in entries and in snapshots`,
  async run(harness) {
    const owner = await Owner.claim(await harness.open());
    const entry: Entry = { ...owner.say(value, value), reply: value, handled: 1 };
    await owner.append([entry], { snapshot: { seq: owner.seq, state: value } });
    same((await owner.log()).at(-1), entry, 'the entry');
    const store = await harness.reopen();
    same((await owner.with(store).log()).at(-1), entry, 'the entry, once reopened');
    const claim = await store.claim(ADDRESS, 'reader', owner.at, false);
    same(claim?.snapshot, { seq: owner.seq, state: value }, 'the snapshot');
    holds(!('polluted' in {}), 'Object.prototype was written to');
  },
});

export const appendChecks: readonly StoreCheck[] = [
  ...VALUES.map(roundTrip),
  {
    title: 'ids that are names of object members are ids like any other',
    async run(harness) {
      const store = await harness.open();
      const ids = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
      for (const id of ids) await (await Owner.claim(store, `chat/${id}`, '__proto__')).write(id);
      const opened = await harness.reopen();
      same(await opened.list('chat', 10), [...ids].sort(), 'the rooms');
      for (const id of ids) {
        const [barrier, entry] = await opened.read(`chat/${id}`, { limit: 10 });
        same([barrier?.input, entry?.events[0]?.data], [{ type: 'barrier', owner: '__proto__' }, id], id);
      }
    },
  },
  {
    title: 'addresses of the greatest length work, and rooms with names alike do not see each other',
    async run(harness) {
      const store = await harness.open();
      const long = `${'k'.repeat(64)}/${'i'.repeat(63)}`;
      const addresses = [
        'chat/a',
        'chat/a.b',
        'chat/a-1',
        'chat/ab',
        'chat/a~',
        'chat-a/a',
        'c/a',
        `${long}1`,
        `${long}2`,
      ];
      const owners = await Promise.all(addresses.map((address) => Owner.claim(store, address)));
      await Promise.all(owners.map((owner) => owner.append([owner.say(owner.address)])));
      for (const owner of owners) {
        const log = await owner.log();
        same([log.length, log[1]?.events[0]?.data], [2, owner.address], `the log of ${owner.address}`);
      }
    },
  },
  {
    title: 'a batch that does not follow the head is refused and writes nothing',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.write('kept');
      const before = await owner.log();
      const next = owner.say('next');
      const far = { ...next, seq: next.seq + 1, last: next.last + 1 };
      const wrong: readonly (readonly Entry[])[] = [
        [far],
        [{ ...next, seq: next.seq - 1, last: next.last - 1 }],
        [next, next],
        [next, { ...far, seq: far.seq + 1, last: far.last + 1 }],
        [{ ...next, last: next.seq - 1 }],
        [{ ...next, epoch: next.epoch - 1 }],
        [{ ...next, epoch: next.epoch + 1 }],
      ];
      for (const entries of wrong) await refused(owner.append(entries), 'StoreRefusedError');
      same(await owner.log(), before, 'the log');
      await owner.append([next]);
    },
  },
  {
    title: 'a batch is written as a whole or not at all, with its deadline, its snapshot and its redactions',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const kept = { seq: 2, state: 'kept' };
      await owner.append([owner.say('kept')], { deadline: 1000, snapshot: kept });
      const before = await owner.log();
      const entries = [owner.say('one'), owner.say('two'), { ...owner.say('three'), seq: 99, last: 99 }];
      const rest = { deadline: 2000, snapshot: { seq: 4, state: 'lost' }, redact: [2] };
      await refused(owner.append(entries, rest), 'StoreRefusedError');
      const unkeepable = [owner.say('one'), owner.say(() => 'code is not data')].map((entry, i) => ({
        ...entry,
        seq: 3 + i,
        last: 3 + i,
        events: entry.events.map((event) => ({ ...event, seq: 3 + i })),
      }));
      await refused(owner.append(unkeepable, { ...rest, snapshot: kept }), 'StoreRefusedError');
      const store = await harness.reopen();
      same(await owner.with(store).log(), before, 'the log');
      same(await store.due(5000, 10), [{ address: ADDRESS, at: 1000 }], 'what is due');
      same((await store.claim(ADDRESS, 'b', owner.at, false))?.snapshot, kept, 'the snapshot');
    },
  },
  {
    title: 'nobody who reads sees part of a batch',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const writing = owner.append(Array.from({ length: 50 }, (_, i) => owner.say(i, 'x'.repeat(2000))));
      const seen: Promise<number>[] = [];
      for (let look = 0; look < 200; look += 1) {
        seen.push(owner.log().then(({ length }) => length));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      for (const length of await Promise.all(seen)) holds(length === 1 || length === 51, `${length} entries were seen`);
      same((await owner.log()).length, 51, 'entries once written');
    },
  },
  {
    title: 'what the caller changes after handing it in does not reach the store, nor what a reader changes',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const bytes = new Uint8Array([1, 2, 3]);
      const data = { list: [1], bytes };
      const state = { count: 1 };
      const entry = structuredClone(owner.say(data));
      const written = owner.say(data);
      const entries = [
        { ...written, seq: entry.seq, last: entry.last, events: [{ seq: entry.seq, name: 'said', data }] },
      ];
      const appending = owner.append(entries, { snapshot: { seq: entry.seq, state } });
      data.list.push(2);
      bytes[0] = 99;
      state.count = 2;
      entries.length = 0;
      await appending;
      for (let reading = 0; reading < 2; reading += 1) {
        const log = await owner.log();
        const read = log[1]?.events[0]?.data as typeof data;
        same(read, { list: [1], bytes: new Uint8Array([1, 2, 3]) }, 'the event');
        read.list.push(3);
        read.bytes[1] = 99;
        (log as Entry[]).length = 0;
      }
      const claim = await owner.store.claim(ADDRESS, 'b', owner.at, false);
      same(claim?.snapshot?.state, { count: 1 }, 'the snapshot');
    },
  },
  {
    title: 'an entry may take several positions, and the next one follows its last',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await owner.append([owner.say('a', 'b', 'c'), owner.say(), owner.say('d')]);
      await owner.append([owner.say('e', 'f')]);
      same(seqs(await owner.log()), [1, 2, 5, 6, 7], 'the positions');
    },
  },
  {
    title: 'appends of one room that do not wait for each other are kept in the order they were made',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      await Promise.all(Array.from({ length: 20 }, (_, i) => owner.append([owner.say(i)])));
      const said = (await owner.log()).slice(1).map((entry) => entry.events[0]?.data);
      same(
        said,
        Array.from({ length: 20 }, (_, i) => i),
        'what was said',
      );
    },
  },
  {
    title: 'an append tells roughly how many bytes it wrote',
    async run(harness) {
      const owner = await Owner.claim(await harness.open());
      const small = await owner.append([owner.say('x')]);
      const large = await owner.append([owner.say('x'.repeat(10_000))]);
      holds(small > 20 && small < 1000, `a small entry: ${small} bytes`);
      holds(large - small > 9000 && large - small < 41_000, `10 000 more characters twice: ${large - small} bytes`);
    },
  },
  {
    title: 'a batch of durability memory passes the fence like any other',
    async run(harness) {
      const store = await harness.open();
      const old = await Owner.claim(store);
      await old.append([old.say('x')], { durability: 'memory' });
      const owner = await Owner.claim(store, ADDRESS, 'node-b');
      await refused(old.append([old.say('y')], { durability: 'memory' }), 'FencedError');
      await owner.append([owner.say('z')], { durability: 'memory' });
    },
  },
];
