import { afterEach, describe, expect, it } from '@jest/globals';
import { openRedis, type RedisOptions, type RedisPorts } from './open-redis.js';
import { TestRedis } from './redis.fixture.js';

const redis = new TestRedis();
const opened: RedisPorts[] = [];
afterEach(async () => {
  for (const ports of opened.splice(0)) await ports.close();
  redis.disconnect();
});

/** What a start says when the server has these settings. */
const said = async (settings: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const { redis: admin } = await redis.end(redis.app());
  const before: [string, string][] = [];
  const sentences: string[] = [];
  const warn = (sentence: string): void => void sentences.push(sentence);
  try {
    for (const [name, value] of Object.entries(settings)) {
      const [, was] = (await admin.config('GET', name)) as [string, string];
      before.push([name, was]);
      await admin.config('SET', name, value);
    }
    opened.push(await openRedis({ url: redis.server.url, prefix: redis.app(), logger: { warn, error: warn } }));
    return sentences;
  } finally {
    for (const [name, value] of before) await admin.config('SET', name, value);
  }
};

describe('openRedis', () => {
  const open = async (options: Partial<RedisOptions>): Promise<RedisPorts> => {
    const ports = await openRedis({ url: redis.server.url, prefix: redis.app(), ...options });
    opened.push(ports);
    return ports;
  };

  it('says nothing of a server that keeps what it has acknowledged', async () => {
    expect(await said({})).toEqual([]);
  });

  it('says what may be lost by a server that syncs later, or keeps no append-only file', async () => {
    expect(await said({ appendfsync: 'everysec' })).toEqual([expect.stringContaining('(appendfsync everysec)')]);
    expect(await said({ appendonly: 'no' })).toEqual([expect.stringContaining('(appendonly no)')]);
  });

  it('refuses one that would drop rooms when its memory is full', async () => {
    await expect(said({ 'maxmemory-policy': 'allkeys-lru' })).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringContaining('set it to noeviction'),
    });
  });

  it('says where nobody answers, without the password', async () => {
    const nowhere = openRedis({ url: 'redis://user:secret@127.0.0.1:1' });
    await expect(nowhere).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringMatching(/^Redis at redis:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/),
    });
  });

  it('takes the seed that answers, of those that are named', async () => {
    const { store } = await open({ url: ['redis://127.0.0.1:1', redis.server.url] });
    await store.check();
  });

  it('refuses data of another format, and leaves it alone', async () => {
    const { redis: admin, keys } = await redis.end(redis.app());
    await admin.set(keys.format, '7');
    await expect(open({ prefix: keys.prefix })).rejects.toThrow('holds data of format 7');
    expect(await admin.get(keys.format)).toBe('7');
  });

  it('apps of different prefixes see nothing of each other', async () => {
    const [one, two] = [await open({}), await open({})];
    await one.store.claim('lab/a', 'n1', 1000, true);
    await one.directory.join('n1');
    expect(await two.store.list('lab', 10)).toEqual([]);
    expect(await two.directory.locate('lab/a')).toBeUndefined();
  });

  it('leaves no connection when it is closed, nor when it refuses', async () => {
    const { redis: admin } = await redis.end(redis.app());
    const ours = async (): Promise<number> =>
      [...String(await admin.client('LIST')).matchAll(/name=greenroom/g)].length;
    const ports = await open({});
    expect(await ours()).toBe(2);
    await ports.close();
    await expect(said({ 'maxmemory-policy': 'allkeys-lru' })).rejects.toThrow('noeviction');
    // The server sees it once it reads.
    for (let looks = 0; looks < 200 && (await ours()) > 0; looks += 1)
      await new Promise((done) => setTimeout(done, 10));
    expect(await ours()).toBe(0);
  });
});
