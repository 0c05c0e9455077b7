import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { VirtualClock } from '@greenroom/testing';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { openRedis, type RedisOptions, type RedisPorts } from './open-redis.js';
import { becomes, TestRedis } from './redis.fixture.js';
import { Turns } from './store/turns.fixture.js';
import { question } from './specs/envelope.fixture.js';

const redis = new TestRedis();
const opened: RedisPorts[] = [];
afterEach(async () => {
  for (const ports of opened.splice(0)) await ports.close();
  redis.disconnect();
});

/** What a start says when the server has these settings. */
const said = async (settings: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const { client: admin } = await redis.end(redis.app());
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
  const openBy = async (options: RedisOptions): Promise<RedisPorts> => {
    const ports = await openRedis(options);
    opened.push(ports);
    return ports;
  };
  const open = (options: Partial<RedisOptions>): Promise<RedisPorts> =>
    openBy({ url: redis.server.url, prefix: redis.app(), ...options });

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

  it.each([
    ['with a slash in its password', 'redis://user:hun/ter2@127.0.0.1:1'],
    ['with a hash in it', 'redis://user:hun#ter2@127.0.0.1:1'],
    ['with a percent sign in it', 'redis://user:hun%ter2@127.0.0.1:1'],
    ['with all of them', 'redis://user:h@u/n#ter2?@127.0.0.1:1'],
    ['with a database by name', 'redis://user:hunter2@127.0.0.1/hunter2'],
    ['of something else', 'http://user:hunter2@127.0.0.1:1'],
    ['without a host', 'redis://'],
    ['that is an address', '127.0.0.1:6379'],
    ['that is empty', ''],
    ['of Sentinels, with a slash in its password', 'redis+sentinel://user:hun/ter2@127.0.0.1:1/ter2'],
    ['of Sentinels, with a percent sign in it', 'redis+sentinel://user:hun%ter2@127.0.0.1:1/rooms'],
  ])('refuses a URL %s, and shows nothing of it', async (_, url) => {
    await expect(openRedis({ url })).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringMatching(/^(?!.*ter2)The URL .*is not of the form/),
    });
  });

  it('takes a password of any characters, as a URL has them', async () => {
    const { client: admin } = await redis.end(redis.app());
    const password = 'p@s/s#w?x:y%z &';
    await admin.call('ACL', 'SETUSER', 'any', 'on', `>${password}`, '~*', '&*', '+@all');
    const url = redis.server.url.replace('//', `//any:${encodeURIComponent(password)}@`);
    await (await open({ url })).store.check();
  });

  it('refuses a database that there is not, in the place of another', async () => {
    await (await open({ url: `${redis.server.url}/15` })).store.check();
    const client = new Redis({ port: redis.server.port, db: 99, lazyConnect: true });
    for (const where of [{ url: `${redis.server.url}/99` }, { client }])
      await expect(openRedis(where)).rejects.toMatchObject({
        name: 'RedisUnfitError',
        message: expect.stringContaining('DB index is out of range'),
      });
  });

  it('refuses a lease that would end before its node knows', async () => {
    await expect(open({ lease: { leaseMs: 3000 } })).rejects.toMatchObject({ name: 'DefinitionError' });
    await expect(open({ lease: { beatMs: 4000 } })).rejects.toMatchObject({ name: 'DefinitionError' });
  });

  it('takes the seed that answers, of those that are named', async () => {
    const { store } = await open({ url: ['redis://127.0.0.1:1', redis.server.url] });
    await store.check();
  });

  it('refuses data of another format, and leaves it alone', async () => {
    const { client: admin, keys } = await redis.end(redis.app());
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

  it.each([
    ['a url', (url: string) => ({ url })],
    ['a client of redis', (url: string) => ({ client: createClient({ url }) })],
  ])('apps in different databases, too, though channels are those of all: by %s', async (_, by) => {
    const prefix = redis.app();
    const [one, two] = [await open({ prefix }), await openBy({ prefix, ...by(`${redis.server.url}/1`) })];
    const heard: unknown[] = [];
    two.feed.subscribe('lab/a', (_address, message) => void heard.push(message));
    const [ours, theirs] = [one, two].map(({ adapter }) => new Server().adapter(adapter));
    theirs?.on('word', (word: unknown) => heard.push(word));
    await becomes(async () => expect(await theirs?.sockets.adapter.serverCount()).toBe(1));
    const turns = await Turns.claim(one.store, 'lab/a');
    for (let i = 0; i < 3; i += 1) await turns.commit();
    one.feed.publish('lab/a', { type: 'signal', name: 'typing', data: 1, by: { id: 'ann' }, from: 'c1' });
    ours?.serverSideEmit('word', 'to ours');
    expect(await ours?.sockets.adapter.serverCount()).toBe(1);
    await redis.settle();
    expect(heard).toEqual([]);
  });

  it('while Redis is away a node can leave, and failures are said once in a while', async () => {
    const clock = new VirtualClock();
    const said: unknown[] = [];
    const warn = (...sentence: unknown[]): void => void said.push(sentence);
    const { directory, feed, store } = await open({ clock, logger: { warn, error: warn } });
    await directory.join('n1');
    // That the clock is a virtual one.
    said.length = 0;
    await redis.server.kill();
    try {
      for (let i = 0; i < 50; i += 1) feed.subscribe(`lab/${i}`, () => {});
      await directory.leave('n1');
      await expect(directory.join('n2')).rejects.toThrow();
      expect(await directory.locate('lab/a')).toBeUndefined();
      await expect(store.claim('lab/a', 'n1', 1000, true)).rejects.toMatchObject({ name: 'StoreRefusedError' });
      expect(said).toHaveLength(1);
      await clock.advance(10_000);
      expect(said.length).toBe(2);
    } finally {
      await redis.server.start();
    }
  });

  it('is content with the rights that README.md names', async () => {
    const { client: admin } = await redis.end(redis.app());
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const rule = /^user greenroom (.+)$/m.exec(readme)?.[1] ?? '';
    await admin.call('ACL', 'SETUSER', 'greenroom', ...rule.split(' '));
    const url = redis.server.url.replace('//', '//greenroom:secret@');
    const [one, two] = [await open({ url, prefix: 'greenroom' }), await open({ url, prefix: 'greenroom' })];
    await one.courier.serve('n1', async () => 'seen');
    await one.directory.join('n1');
    await two.store.check();
    expect(await two.directory.locate('lab/a')).toBe('n1');
    expect(await two.courier.send('n1', question(Infinity))).toBe('seen');
    const turns = await Turns.claim(one.store, 'lab/a');
    const heard: unknown[] = [];
    two.feed.subscribe('lab/a', (_, message) => void heard.push(message));
    two.feed.publish('lab/a', { type: 'signal', name: 'typing', data: 1, by: { id: 'ann' }, from: 'c1' });
    // The first may be before what it hears begins.
    await becomes(async () => {
      await turns.commit();
      expect(heard.length).toBeGreaterThan(1);
    });
    await turns.save();
    const dismissed: string[] = [];
    await two.users.serve('n2', (user) => void dismissed.push(user));
    expect(await two.users.enter('ann', 1)).toBe(true);
    await one.users.dismiss('ann', 'rude');
    await becomes(() => expect(dismissed).toEqual(['ann']));
    const server = new Server().adapter(two.adapter);
    await becomes(async () => expect(await server.sockets.adapter.serverCount()).toBe(1));
    expect(await two.store.due(9, 9)).toEqual([{ address: 'lab/a', at: 9 }]);
    expect(await two.store.list('lab', 9)).toEqual(['a']);
    await expect(open({ url, prefix: 'other' })).rejects.toThrow('NOPERM');
  });

  it('leaves no connection when it is closed, nor when it refuses', async () => {
    const { client: admin } = await redis.end(redis.app());
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
