import { describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { openRedis } from '../open-redis.js';
import { TestRedis } from '../redis.fixture.js';
import { portsKeepTheirContracts } from './ports.fixture.js';

/** As some who host it do: it tells nothing of itself. */
const redis = new TestRedis(['--rename-command', 'INFO', '', '--rename-command', 'CONFIG', '']);

portsKeepTheirContracts(
  'without INFO and CONFIG',
  () => ({ url: redis.server.url }),
  () => redis.app(),
  async () => {
    await redis.server.kill();
    await redis.server.start();
  },
);

describe('a server without INFO and CONFIG', () => {
  it.each(['url', 'client'])('named by a %s is used, and what it does not tell is said', async (by) => {
    const said: string[] = [];
    const warn = (sentence: string): void => void said.push(sentence);
    const { url } = redis.server;
    const named = by === 'url' ? { url } : { client: createClient({ url }) };
    const ports = await openRedis({ ...named, prefix: redis.app(), logger: { warn, error: warn } });
    await ports.store.check();
    await ports.close();
    expect(said).toEqual([
      'Redis does not tell its maxmemory-policy, appendonly, appendfsync: what was acknowledged may be lost unless there is ' +
        'maxmemory-policy noeviction, appendonly yes, appendfsync always.',
    ]);
  });
});
