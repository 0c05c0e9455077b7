import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { RedisServer } from '../../../../scripts/redis-server.mjs';
import { Keys } from '../keys.js';
import { openRedis, type RedisOptions } from '../open-redis.js';
import { becomes, TestRedis } from '../redis.fixture.js';
import { asking } from '../sentinels.fixture.js';
import { Turns } from '../store/turns.fixture.js';
import { TestNode } from './nodes.fixture.js';

const redis = new TestRedis();
let replica: RedisServer;
beforeAll(async () => {
  replica = await RedisServer.start(['--replicaof', '127.0.0.1', String(redis.server.port)]);
});
afterAll(() => replica.close());

const followed = (): Promise<void> =>
  asking(redis.server.url, (client) =>
    becomes(async () => {
      await client.set('greenroom-spec', '');
      expect(await client.wait(1, 200)).toBe(1);
    }),
  );
beforeEach(followed);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await replica.kill('SIGCONT');
  for (const close of closers.splice(0)) await close();
});

const BY: readonly (readonly [string, () => Partial<RedisOptions>])[] = [
  ['ioredis', () => ({ url: redis.server.url })],
  ['node-redis', () => ({ client: createClient({ url: redis.server.url }) })],
];

describe.each(BY)('by %s, a write that waits for a replica', (_, where) => {
  const open = async () => {
    const prefix = redis.app();
    const ports = await openRedis({ ...where(), prefix, replicas: 1 });
    closers.push(() => ports.close());
    return { ...ports, keys: new Keys(prefix) };
  };

  it('is acknowledged once it is there, and else may have been written', async () => {
    const { store, keys } = await open();
    const turns = await Turns.claim(store, 'talk/a');
    await turns.commit();
    await replica.kill('SIGSTOP');
    // Neither refused nor fenced.
    await expect(turns.commit()).rejects.toMatchObject({ name: 'UnconfirmedError' });
    await expect(store.claim('talk/b', 'n', 1000, true)).rejects.toMatchObject({ name: 'UnconfirmedError' });
    await replica.kill('SIGCONT');
    await followed();
    await turns.commit();
    expect(await asking(replica.url, (client) => client.zcard(keys.log('talk/a')))).toBe(4);
  });

  it('is acknowledged again only when it is there, too', async () => {
    const { store, keys } = await open();
    const elsewhere = await openRedis({ ...where(), prefix: keys.prefix });
    closers.push(() => elsewhere.close());
    const turns = await Turns.claim(elsewhere.store, 'talk/a', 'a');
    const [batch] = turns.next();
    const fence = { epoch: batch.entries[0]?.epoch ?? 0, owner: 'a' };
    await replica.kill('SIGSTOP');
    await elsewhere.store.append('talk/a', fence, batch);
    await expect(store.append('talk/a', fence, batch)).rejects.toMatchObject({ name: 'UnconfirmedError' });
    await replica.kill('SIGCONT');
    await followed();
    await store.append('talk/a', fence, batch);
  });

  it('shares the waiting with those that are sent meanwhile', async () => {
    const { store } = await open();
    const turns = await Turns.claim(store, 'talk/a');
    const waits = async (): Promise<number> =>
      asking(redis.server.url, async (client) =>
        Number(/cmdstat_wait:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]),
      );
    const before = await waits();
    await Promise.all(Array.from({ length: 100 }, () => turns.commit()));
    expect((await waits()) - before).toBeLessThan(10);
  });

  it('holds up nothing but writes', async () => {
    const { store, directory } = await open();
    const turns = await Turns.claim(store, 'talk/a');
    await replica.kill('SIGSTOP');
    let isWaiting = true;
    const waiting = turns.commit().catch(() => (isWaiting = false));
    await directory.join('n1');
    expect(await directory.locate('talk/a')).toBe('n1');
    expect(await store.read('talk/a', { limit: 9 })).toHaveLength(2);
    expect(isWaiting).toBe(true);
    await waiting;
  });
});

describe('a node that waits for a replica', () => {
  it('acknowledges nothing that the replica has not, and goes on when it has: each command is done once', async () => {
    const node = await TestNode.start({ url: redis.server.url, prefix: redis.app(), replicas: 1 });
    closers.push(() => node.ports.close());
    await node.say('talk/a', 'one', 'id-1');
    await replica.kill('SIGSTOP');
    await expect(node.say('talk/a', 'two', 'id-2')).rejects.toMatchObject({ retryable: true });
    await replica.kill('SIGCONT');
    await becomes(() => node.say('talk/a', 'two', 'id-2'));
    await becomes(() => node.say('talk/a', 'three', 'id-3'));
    expect(await node.said('talk/a')).toEqual({ said: ['one', 'two', 'three'] });
  });
});
