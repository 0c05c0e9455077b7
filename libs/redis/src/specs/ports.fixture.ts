import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestConnection } from '@greenroom/testing';
import {
  courierContract,
  directoryContract,
  feedContract,
  roomStoreContract,
  serverHarness,
  usersContract,
} from '@greenroom/testing/contracts';
import { Server } from 'socket.io';
import { openRedis, type RedisOptions, type RedisPorts } from '../open-redis.js';
import { becomes } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

const NODES = ['n1', 'n2'];

/** Where the ports of a test are, and what else they need. */
type Where = () => Omit<RedisOptions, 'prefix'>;

/**
 * All that `openRedis` promises by the contracts of its ports, and that two nodes are one to their clients.
 * @param between what happens to Redis while they are: it may be away for a moment.
 */
export function portsKeepTheirContracts(
  title: string,
  where: Where,
  app: () => string,
  between: () => Promise<void>,
): void {
  const opened: RedisPorts[] = [];
  const close = async (): Promise<void> => {
    for (const ports of opened.splice(0)) await ports.close();
  };
  afterEach(close);

  const open = async (prefix: string): Promise<RedisPorts> => {
    const ports = await openRedis({ ...where(), prefix });
    opened.push(ports);
    return ports;
  };

  let settled = 0;
  /** The connections of a cluster have no order with each other: what is on its way is given time beside some round trips. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 4; round += 1) {
      for (const { store, courier } of opened) {
        await store.list('talk', 1);
        const stop = await courier.serve(`settled-${(settled += 1)}`, async () => undefined);
        stop();
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };

  roomStoreContract(`RedisRoomStore ${title}`, () => {
    const prefix = app();
    return serverHarness(async () => (await open(prefix)).store);
  });

  courierContract(`RedisCourier ${title}`, async () => {
    const prefix = app();
    const [{ courier }, { courier: other }] = [await open(prefix), await open(prefix)];
    return { courier, other, now: () => Date.now(), settle };
  });

  feedContract(`RedisFeed ${title}`, async () => {
    const prefix = app();
    const [{ feed }, { feed: other }] = [await open(prefix), await open(prefix)];
    return { feed, other, settle };
  });

  directoryContract(`RedisDirectory ${title}`, async () => {
    const { directory } = await open(app());
    return { directory, settle };
  });

  usersContract(`RedisUsers ${title}`, async () => {
    const prefix = app();
    const [one, two] = [await open(prefix), await open(prefix)];
    const known: (readonly string[])[] = [[], []];
    for (const [i, { directory }] of [one, two].entries()) {
      directory.watch((nodes) => (known[i] = nodes));
      await directory.join(`n${i + 1}`);
    }
    await becomes(() => expect(known).toEqual([NODES, NODES]));
    return { users: one.users, other: two.users, settle };
  });

  it(`Socket.IO's adapter reaches the other node ${title}, and knows how many they are`, async () => {
    const prefix = app();
    const [one, two] = [await open(prefix), await open(prefix)].map(({ adapter }) => new Server().adapter(adapter));
    const heard: unknown[] = [];
    two?.on('word', (word: unknown) => heard.push(word));
    await becomes(async () => expect(await one?.sockets.adapter.serverCount()).toBe(2));
    one?.serverSideEmit('word', { of: 'one' });
    one?.serverSideEmit('word', Buffer.from('one'));
    await becomes(() => expect(heard).toEqual([{ of: 'one' }, Buffer.from('one')]));
  });

  describe(`two nodes ${title}`, () => {
    const pair = async (): Promise<readonly [TestNode, TestNode]> => {
      const options = { ...where(), prefix: app() };
      const nodes = [await TestNode.start(options), await TestNode.start(options)] as const;
      for (const { ports } of nodes) opened.push(ports);
      return nodes;
    };
    const texts = (connection: TestConnection, room: string): unknown[] =>
      connection
        .received('events')
        .filter((push) => push.room === room)
        .flatMap(({ events }) => events.map(({ data }) => (data as { readonly text: string }).text));

    it('run the rooms of each other, and all members hear all, also once Redis has been away', async () => {
      const [a, b] = await pair();
      const [ann, bob] = [a.connect('ann'), b.connect('bob')];
      // Of both nodes, and of a cluster on both servers.
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

      await between();
      for (const [i, room] of rooms.entries()) await becomes(() => a.say(room, 'again', `again-${i}`));
      const all = [...said, 'again'];
      for (const room of rooms) await becomes(() => expect([texts(ann, room), texts(bob, room)]).toEqual([all, all]));
    });
  });
}
