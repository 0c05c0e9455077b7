import { afterEach, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { TestCluster } from '../cluster.fixture.js';
import { openRedis, type RedisPorts } from '../open-redis.js';
import { portsKeepTheirContracts } from './ports.fixture.js';

const cluster = new TestCluster();
const opened: RedisPorts[] = [];
afterEach(async () => {
  for (const ports of opened.splice(0)) await ports.close();
});

portsKeepTheirContracts(
  'on a cluster',
  () => ({ url: cluster.url }),
  () => cluster.app(),
  () => cluster.restartOne(),
);

it('rooms are on both servers, and found by their deadlines and kinds', async () => {
  const ports = await openRedis({ url: cluster.url, prefix: cluster.app() });
  opened.push(ports);
  const { store } = ports;
  const ids = Array.from({ length: 40 }, (_, i) => `${i + 10}`);
  for (const id of ids) {
    const claim = await store.claim(`talk/${id}`, 'a', 1000, true);
    const fence = { epoch: claim?.epoch ?? 0, owner: 'a' };
    await store.append(`talk/${id}`, fence, { entries: [], durability: 'fsync', deadline: Number(id) });
  }
  expect(await store.list('talk', 100)).toEqual(ids);
  expect((await store.due(100, 100)).map(({ address }) => address)).toEqual(ids.map((id) => `talk/${id}`));
  for (const { url } of cluster.servers) {
    const server = new Redis(url);
    expect((await server.keys('*:room:*')).length).toBeGreaterThan(5);
    server.disconnect();
  }
});

it('is one for a client of the app, too', async () => {
  const client = new Cluster([cluster.url], { lazyConnect: true });
  const ports = await openRedis({ client, prefix: cluster.app() });
  opened.push(ports);
  await ports.store.check();
  await ports.directory.join('n1');
  expect(await ports.directory.locate('talk/a')).toBe('n1');
});

it('refuses to wait for replicas, as a cluster cannot be asked about them', async () => {
  await expect(openRedis({ url: cluster.url, replicas: 1 })).rejects.toMatchObject({ name: 'DefinitionError' });
});
