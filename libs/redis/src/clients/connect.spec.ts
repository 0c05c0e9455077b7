import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisConnection } from '../connection.js';
import { becomes, TestRedis } from '../redis.fixture.js';
import { connect, type RedisClient } from './connect.js';

const SECRET = 'hunter2';

const redis = new TestRedis();
const connections: RedisConnection[] = [];
afterEach(() => {
  for (const each of connections.splice(0)) each.disconnect();
  redis.disconnect();
});

const connected = async (source: readonly string[] | RedisClient): Promise<RedisConnection> => {
  const connection = await connect(source, 'test');
  connections.push(connection);
  return connection;
};

/** All that a logger could write of it. */
const shown = (error: unknown): string => inspect(error, { depth: Infinity, showHidden: true });

const failure = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('what has failed', () => {
  it.each<[string, (port: number) => readonly string[] | RedisClient]>([
    ['a url', (port) => [`redis://ann:${SECRET}@127.0.0.1:${port}`]],
    ['ioredis', (port) => new Redis({ port, password: SECRET, username: 'ann', lazyConnect: true })],
    [
      'ioredis for a cluster',
      (port) => new Cluster([{ port }], { lazyConnect: true, redisOptions: { username: 'ann', password: SECRET } }),
    ],
    ['redis', (port) => createClient({ url: `redis://ann:${SECRET}@127.0.0.1:${port}` })],
  ])('by %s, says why one is not let in, and shows nothing of the password', async (_, by) => {
    await redis.end(redis.app());
    const error = await failure(connected(by(redis.server.port)));
    expect(error).toMatchObject({ name: 'RedisUnfitError', message: expect.stringContaining('WRONGPASS') });
    expect(shown(error)).not.toContain(SECRET);
  });

  it.each<[string, (url: string) => readonly string[] | RedisClient]>([
    ['a url', (url) => [url]],
    ['redis', (url) => createClient({ url })],
  ])('by %s, does not show what was to be written', async (_, by) => {
    await redis.end(redis.app());
    const connection = await connected(by(redis.server.url));
    const error = await failure(connection.send('SET', redis.app(), SECRET, 'NO', 'SUCH', 'OPTION'));
    expect(error).toMatchObject({ name: 'RefusedError', message: expect.stringContaining('syntax error') });
    expect(shown(error)).not.toContain(SECRET);
  });

  it('says what keeps it from being connected', async () => {
    await redis.end(redis.app());
    const connection = await connected([redis.server.url]);
    await redis.server.kill();
    try {
      await becomes(async () =>
        expect(await failure(connection.send('PING'))).toMatchObject({
          name: 'RefusedError',
          message: expect.stringMatching(/^Redis cannot be reached: connect ECONNREFUSED/),
        }),
      );
    } finally {
      await redis.server.start();
    }
    await becomes(async () => expect(await connection.send('PING')).toBeDefined());
  });
});
