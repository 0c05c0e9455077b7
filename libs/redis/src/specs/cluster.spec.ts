import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestConnection } from '@greenroom/testing';
import { Redis } from 'ioredis';
import { courierContract, directoryContract, feedContract, roomStoreContract } from '@greenroom/testing/contracts';
import { TestCluster } from '../cluster.fixture.js';
import { openRedis, type RedisPorts } from '../open-redis.js';
import { becomes } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

const cluster = new TestCluster();
const opened: RedisPorts[] = [];
const close = async (): Promise<void> => {
  for (const ports of opened.splice(0)) await ports.close();
};
afterEach(close);

const open = async (prefix: string): Promise<RedisPorts> => {
  const ports = await openRedis({ url: cluster.url, prefix });
  opened.push(ports);
  return ports;
};

/** No one connection has an order with the others that could be relied on: what is on its way is given ample time. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

roomStoreContract('RedisRoomStore on a cluster', () => {
  const prefix = cluster.app();
  const reopen = async () => {
    await opened.at(-1)?.store.close();
    return (await open(prefix)).store;
  };
  return { open: async () => (await open(prefix)).store, reopen, close };
});

courierContract('RedisCourier on a cluster', async () => {
  const prefix = cluster.app();
  const [{ courier }, { courier: other }] = [await open(prefix), await open(prefix)];
  return { courier, other, now: () => Date.now(), settle };
});

feedContract('RedisFeed on a cluster', async () => {
  const prefix = cluster.app();
  const [{ feed }, { feed: other }] = [await open(prefix), await open(prefix)];
  return { feed, other, settle };
});

directoryContract('RedisDirectory on a cluster', async () => {
  const { directory } = await open(cluster.app());
  return { directory, settle };
});

it('rooms are on both servers, and found by their deadlines and kinds', async () => {
  const { store } = await open(cluster.app());
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

describe('two nodes on a cluster', () => {
  const pair = async (): Promise<readonly [TestNode, TestNode]> => {
    const options = { url: cluster.url, prefix: cluster.app() };
    const nodes = [await TestNode.start(options), await TestNode.start(options)] as const;
    for (const { ports } of nodes) opened.push(ports);
    return nodes;
  };
  const texts = (connection: TestConnection, room: string): unknown[] =>
    connection
      .received('events')
      .filter((push) => push.room === room)
      .flatMap(({ events }) => events.map(({ data }) => (data as { readonly text: string }).text));

  it('run the rooms of each other, and all members hear all, also once a server has died and come back', async () => {
    const [a, b] = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    // Of both nodes, and on both servers.
    const rooms = Array.from({ length: 12 }, (_, i) => `talk/${i}`);
    for (const room of rooms) {
      await ann.join(room);
      await bob.join(room);
      for (const each of [ann, bob, ann]) await each.send(room, 'say', { text: each.user.id });
    }
    const said = ['ann', 'bob', 'ann'];
    for (const room of rooms) await becomes(() => expect([texts(ann, room), texts(bob, room)]).toEqual([said, said]));
    expect(a.node.active).toBeGreaterThan(0);
    expect(a.node.active + b.node.active).toBe(rooms.length);

    await cluster.servers[0]?.kill();
    await cluster.servers[0]?.start();
    for (const [i, room] of rooms.entries()) await becomes(() => a.say(room, 'again', `again-${i}`));
    const all = [...said, 'again'];
    for (const room of rooms) await becomes(() => expect([texts(ann, room), texts(bob, room)]).toEqual([all, all]));
  });
});
