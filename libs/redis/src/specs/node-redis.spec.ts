import { describe, expect, it } from '@jest/globals';
import { createClient, createCluster } from 'redis';
import { createClient as createClient5, createCluster as createCluster5 } from 'redis-5';
import { TestCluster } from '../cluster.fixture.js';
import { openRedis } from '../open-redis.js';
import { TestRedis } from '../redis.fixture.js';
import { portsKeepTheirContracts } from './ports.fixture.js';

const redis = new TestRedis();
const cluster = new TestCluster();

portsKeepTheirContracts(
  'by node-redis',
  () => ({ client: createClient({ url: redis.server.url }) }),
  () => redis.app(),
  async () => {
    await redis.server.kill();
    await redis.server.start();
  },
);

portsKeepTheirContracts(
  'by node-redis 5',
  () => ({ client: createClient5({ url: redis.server.url }) }),
  () => redis.app(),
  async () => {
    await redis.server.kill();
    await redis.server.start();
  },
);

portsKeepTheirContracts(
  'by node-redis on a cluster',
  () => ({ client: createCluster({ rootNodes: [{ url: cluster.url }] }) }),
  () => cluster.app(),
  () => cluster.restartOne(),
);

describe('a client that is handed in', () => {
  it('is one or the other: a url, or a client', async () => {
    const client = createClient({ url: redis.server.url });
    await expect(openRedis({ url: redis.server.url, client })).rejects.toMatchObject({ name: 'DefinitionError' });
    await expect(openRedis({})).rejects.toMatchObject({ name: 'DefinitionError' });
  });

  it('for one server of a cluster is refused', async () => {
    await expect(openRedis({ client: createClient({ url: cluster.url }) })).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringContaining('hand one in that is for the cluster'),
    });
  });

  it.each([
    ['5', () => createCluster5({ rootNodes: [{ url: cluster.url }] })],
    ['6', () => createCluster({ rootNodes: [{ url: cluster.url }] })],
  ])('of redis %s for a cluster is used only if it tells what it was made with', async (_, create) => {
    const client = create();
    const ports = await openRedis({ client, prefix: cluster.app() });
    await ports.store.check();
    await ports.close();
    await expect(openRedis({ client: Object.assign(client, { _options: undefined }) })).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: 'This version of redis does not tell what its client for a cluster was made with.',
    });
  });
});
