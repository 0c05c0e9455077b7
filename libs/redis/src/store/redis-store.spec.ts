import { afterEach, describe, expect, it } from '@jest/globals';
import type { Batch, Claim, Entry, Fence, PublishedTurn } from '@greenroom/rooms';
import { roomStoreContract, serverHarness } from '@greenroom/testing/contracts';
import { faultProxy } from '@greenroom/testing/faults';
import { connectToServer } from '../clients/ioredis.js';
import { readHead, readTurn } from '../feed/message.js';
import { Keys } from '../keys.js';
import { TestRedis, type End } from '../redis.fixture.js';
import { RedisRoomStore, type StoreHooks } from './redis-store.js';

const redis = new TestRedis();
afterEach(() => redis.disconnect());

const HOOKS: StoreHooks = { onClaimed: () => {}, onTold: () => {}, onFenced: () => {}, release: async () => {} };

roomStoreContract('RedisRoomStore', () => {
  const keys = new Keys(redis.app());
  const open = async (): Promise<RedisRoomStore> => {
    const connection = await connectToServer(redis.server.url, 'spec');
    return new RedisRoomStore(connection, keys, { ...HOOKS, release: async () => connection.disconnect() });
  };
  return serverHarness(open, async () => {
    await redis.server.kill();
    await redis.server.start();
  });
});

const A = 'chat/cats';

describe('RedisRoomStore', () => {
  const opened = async (hooks: Partial<StoreHooks> = {}) => {
    const end = await redis.end(redis.app());
    const store = new RedisRoomStore(end.redis, end.keys, { ...HOOKS, ...hooks });
    const claim = await store.claim(A, 'a', 1000, true);
    return { end, store, claim, fence: fenceOf(claim) };
  };

  it('writes a batch once that is sent twice, also behind one that came after it', async () => {
    const { store, claim, fence } = await opened();
    const [one, two] = [batchAt(claim, 2), batchAt(claim, 3)];
    await store.append(A, fence, one);
    await store.append(A, fence, one);
    await store.append(A, fence, two);
    await store.append(A, fence, one);
    expect((await store.read(A, { limit: 9 })).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const other = { ...one, entries: one.entries.map((entry) => ({ ...entry, id: 'another' })) };
    await expect(store.append(A, fence, other)).rejects.toMatchObject({ name: 'StoreRefusedError' });
  });

  it('tells of a turn when it is committed, whole, and of a refused one nothing', async () => {
    const told: PublishedTurn[] = [];
    const { end, store, claim, fence } = await opened({ onTold: (turn) => void told.push(turn) });
    const heard: unknown[] = [];
    const listening = end.subscriptions.listen(end.keys.feed(A), (bytes) => {
      const head = readHead(bytes);
      heard.push(head?.letter === 'turn' ? readTurn(bytes, head.span) : head);
    });
    await listening.ready;
    const batch = batchAt(claim, 2);
    const published = turnOf(batch.entries);
    await expect(store.append(A, { ...fence, owner: 'b' }, { ...batch, published })).rejects.toThrow('another owner');
    await expect(store.append(A, fence, { ...batchAt(claim, 9), published })).rejects.toThrow('does not follow');
    await store.append(A, fence, { ...batch, published });
    await redis.settle();
    expect(heard).toEqual([published]);
    expect(told).toEqual([published]);
    const next = await store.claim(A, 'b', 1000, false);
    await redis.settle();
    expect(heard.at(-1)).toMatchObject({ letter: 'barrier', span: { epoch: next?.epoch, after: 2, to: 3 } });
  });

  it('goes on when the server has forgotten its scripts', async () => {
    const { end, store, claim, fence } = await opened();
    await end.client.script('FLUSH');
    await store.append(A, fence, batchAt(claim, 2));
    expect(await store.read(A, { limit: 9 })).toHaveLength(2);
  });

  it('a server that has no memory left refuses a write whole, and is asked for room by a check', async () => {
    const { end, store, claim, fence } = await opened();
    await end.client.config('SET', 'maxmemory', '1');
    const batch = { ...batchAt(claim, 2), deadline: 5, snapshot: { seq: 1, state: 0 } };
    await expect(store.append(A, fence, batch)).rejects.toMatchObject({ name: 'StoreRefusedError' });
    await expect(store.check()).rejects.toMatchObject({ name: 'StoreRefusedError' });
    await end.client.config('SET', 'maxmemory', '0');
    await store.check();
    expect(await store.read(A, { limit: 9 })).toHaveLength(1);
    expect(await store.due(9, 9)).toEqual([]);
    expect((await store.claim(A, 'b', 1000, false))?.snapshot).toBeUndefined();
  });

  it('what is not answered when the connection is lost may have been written, and is not said to be refused', async () => {
    const proxy = await faultProxy({ target: { port: redis.server.port } });
    const { claim, fence, end } = await opened();
    const cut = await connectToServer(`redis://127.0.0.1:${proxy.port}`, 'cut');
    const store = new RedisRoomStore(cut, end.keys, HOOKS);
    await store.read(A, { limit: 1 });
    // The answers come too late.
    proxy.set({ delayMs: 200 });
    const [first, second] = [store.append(A, fence, batchAt(claim, 2)), store.append(A, fence, batchAt(claim, 3))];
    const outcomes = Promise.allSettled([first, second]);
    proxy.cut('reset');
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'MaxRetriesPerRequestError' } });
    // Nothing is sent once the connection is back.
    proxy.target(undefined);
    await expect(store.append(A, fence, batchAt(claim, 2))).rejects.toMatchObject({ name: 'StoreRefusedError' });
    cut.disconnect();
    await proxy.close();
  });

  it('redacts in order with appends that do not wait', async () => {
    const { store, claim, fence } = await opened();
    const said = (seq: number, rest: Partial<Batch> = {}): Batch => {
      const batch = batchAt(claim, seq);
      const events = [{ seq, name: 'said', data: `secret ${seq}` }];
      return { ...batch, ...rest, entries: batch.entries.map((entry) => ({ ...entry, events })) };
    };
    await store.append(A, fence, said(2));
    await Promise.all([
      store.append(A, fence, said(3, { redact: [2] })),
      store.append(A, fence, said(4, { redact: [3] })),
      store.append(A, fence, said(5)),
    ]);
    const events = (await store.read(A, { limit: 9 })).flatMap((entry) => entry.events);
    expect(events.map(({ data }) => data)).toEqual([null, null, 'secret 4', 'secret 5']);
  });

  it('does all of a turn in one command of the server', async () => {
    const { end, store, claim, fence } = await opened();
    await store.append(A, fence, batchAt(claim, 2));
    const before = await commandsOf(end);
    for (let seq = 3; seq < 103; seq += 1) {
      const batch = batchAt(claim, seq);
      await store.append(A, fence, { ...batch, deadline: seq, published: turnOf(batch.entries) });
    }
    // The question itself is one, too.
    expect(((await commandsOf(end)) - before - 1) / 100).toBe(1);
  });
});

/** Commands that clients have sent: what scripts run is not counted, nor that each connection is heard of every second. */
const commandsOf = async ({ client }: End): Promise<number> => {
  const stats = await client.info('commandstats');
  const calls = [...stats.matchAll(/cmdstat_(?:evalsha|eval|info):calls=(\d+)/g)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
};

const fenceOf = (claim: Claim | undefined): Fence => ({ epoch: claim?.epoch ?? 0, owner: 'a' });

/** A batch of one entry. */
function batchAt(claim: Claim | undefined, seq: number): Batch {
  const stamp = { at: 1000, id: `e${seq}`, seed: 0 };
  const input = { type: 'timer', timer: 't' } as const;
  const entry: Entry = { ...stamp, epoch: claim?.epoch ?? 0, seq, last: seq, index: 0, input, events: [] };
  return { entries: [entry], durability: 'fsync', deadline: undefined };
}

const turnOf = (entries: readonly Entry[]): PublishedTurn => ({
  type: 'turn',
  epoch: entries[0]?.epoch ?? 0,
  after: (entries[0]?.seq ?? 0) - 1,
  floor: 1,
  to: entries.at(-1)?.last ?? 0,
  shared: true,
  events: entries.flatMap(({ events, at }) => events.map((event) => ({ ...event, at }))),
  joined: [{ id: 'ann', name: 'Ann' }],
  left: [{ id: 'bob', reason: 'left' }],
  ended: [{ session: 's', code: 'FORBIDDEN', reason: 'out' }],
  count: 3,
});
