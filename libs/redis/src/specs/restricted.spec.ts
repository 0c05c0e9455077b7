import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import { createClient, createCluster } from 'redis';
import { TestCluster } from '../cluster.fixture.js';
import { openRedis } from '../open-redis.js';
import { asking } from '../sentinels.fixture.js';
import { TestRedis } from '../redis.fixture.js';
import { portsKeepTheirContracts } from './ports.fixture.js';
import { question } from './envelope.fixture.js';

const redis = new TestRedis();
const cluster = new TestCluster();

/** The rule of README.md, for the prefix `greenroom`. */
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const RULE = /^user greenroom (.+)$/m.exec(README)?.[1] ?? '';

beforeAll(() =>
  asking(redis.server.url, (client) => client.call('ACL', 'SETUSER', 'greenroom', 'reset', ...RULE.split(' '))),
);

const url = (): string => redis.server.url.replace('//', '//greenroom:secret@');
const app = (): string => `greenroom:${redis.app()}`;
/** Both of its connections are ended. */
const cut = (): Promise<unknown> => asking(redis.server.url, (client) => client.client('KILL', 'USER', 'greenroom'));

portsKeepTheirContracts(
  'with the rights that README.md names',
  () => ({ url: url() }),
  app,
  async () => void (await cut()),
);
portsKeepTheirContracts(
  'with the rights that README.md names, by node-redis',
  () => ({ client: createClient({ url: url() }) }),
  app,
  async () => void (await cut()),
);

it.each(['ioredis', 'node-redis'])('on a cluster there is a little more to be asked, by %s', async (by) => {
  const more = /^Keys and channels .* On a Redis Cluster add `([^`]+)`/m.exec(README)?.[1] ?? '';
  const rule = [...RULE.split(' '), ...more.split(' ')];
  for (const server of cluster.servers)
    await asking(server.url, (client) => client.call('ACL', 'SETUSER', 'greenroom', 'reset', ...rule));
  const secret = { username: 'greenroom', password: 'secret' };
  const named =
    by === 'ioredis'
      ? { url: cluster.url.replace('//', '//greenroom:secret@') }
      : { client: createCluster({ rootNodes: [{ url: cluster.url }], defaults: secret }) };
  const ports = await openRedis({ ...named, prefix: `greenroom:${cluster.app()}` });
  try {
    await ports.store.check();
    await ports.directory.join('n1');
    expect(await ports.directory.locate('talk/a')).toBe('n1');
    await ports.courier.serve('n1', async () => 'seen');
    expect(await ports.courier.send('n1', question(Infinity))).toBe('seen');
  } finally {
    await ports.close();
  }
});

it('has no right to what is of others, nor to what is of all', async () => {
  const forbidden = [
    ['GET', 'other:key'],
    ['SET', 'other:key', 'value'],
    ['SPUBLISH', 'other:channel', 'message'],
    ['SSUBSCRIBE', 'other:channel'],
    ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'other:key'],
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCRIPT', 'FLUSH'],
    ['CONFIG', 'SET', 'appendonly', 'no'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['ACL', 'LIST'],
    ['SHUTDOWN'],
  ] as const;
  for (const [name, ...args] of forbidden)
    await expect(asking(url(), (client) => client.call(name, ...args))).rejects.toThrow('NOPERM');
});
