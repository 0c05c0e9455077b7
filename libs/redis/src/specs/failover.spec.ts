import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestConnection } from '@greenroom/testing';
import { Redis } from 'ioredis';
import { connectBySentinels } from '../clients/ioredis.js';
import { readSentinelUrl } from '../clients/sentinels.js';
import { openRedis, type RedisOptions } from '../open-redis.js';
import { becomes } from '../redis.fixture.js';
import { asking, TestSentinels } from '../sentinels.fixture.js';
import { TestNode } from './nodes.fixture.js';

/** Of a node that waits for replicas. */
const CONNECTIONS = 3;

const sentinels = new TestSentinels();
beforeEach(() => sentinels.start());

const nodes: TestNode[] = [];
const talkers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of talkers.splice(0)) await stop();
  for (const { ports } of nodes.splice(0)) await ports.close();
});

/** Two nodes, and a room that the first of them is to own. */
const pair = async (options: Partial<RedisOptions> = {}) => {
  const prefix = sentinels.app();
  const start = async (): Promise<TestNode> => {
    const named = options.client === undefined ? { url: sentinels.url } : {};
    const node = await TestNode.start({ ...named, prefix, ...options });
    nodes.push(node);
    return node;
  };
  const [a, b] = [await start(), await start()];
  return { a, b, room: await a.roomOf(a) };
};

/** What a member has seen: the last view it was handed, and the events behind it. */
const seen = ({ pushes }: TestConnection): readonly string[] => {
  let texts: string[] = [];
  let at = 0;
  for (const push of pushes) {
    if (push.op === 'reset') [texts, at] = [[...(push.view as { said: string[] }).said], push.position.seq];
    if (push.op !== 'events') continue;
    for (const { seq, data } of push.events) if (seq > at) texts.push((data as { text: string }).text);
    at = Math.max(at, push.to);
  }
  return texts;
};

/** Says one thing after the other until it is told to stop. */
const talker = (node: TestNode, room: string) => {
  const acked: string[] = [];
  const over = new AbortController();
  const talking = (async () => {
    for (let i = 0; !over.signal.aborted; i += 1)
      await node.say(room, `${i}`, `id-${i}`).then(
        () => acked.push(`${i}`),
        () => new Promise((resolve) => setTimeout(resolve, 10)),
      );
  })();
  const more = async (count: number): Promise<void> => {
    const before = acked.length;
    await becomes(() => expect(acked.length).toBeGreaterThan(before + count));
  };
  const stop = (): Promise<void> => {
    over.abort();
    return talking;
  };
  talkers.push(stop);
  return { acked, more, stop };
};

const saidIn = async (node: TestNode, room: string): Promise<readonly string[]> =>
  ((await node.said(room)) as { readonly said: readonly string[] }).said;

/** All connections of two nodes are to the successor. */
const arrived = (): Promise<void> =>
  asking(sentinels.replica.url, (client) =>
    becomes(async () =>
      expect(String(await client.client('LIST')).match(/name=greenroom/g)).toHaveLength(2 * CONNECTIONS),
    ),
  );

/** The primary comes back in the end: what its successor writes waits for a replica, too. */
const WAYS: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'after kill -9 of the primary',
    async () => {
      await sentinels.primary.kill();
      await sentinels.failOver();
      await sentinels.primary.start();
      await sentinels.demote();
    },
  ],
  [
    'while the primary hangs',
    async () => {
      await sentinels.primary.kill('SIGSTOP');
      await sentinels.failOver();
      await arrived();
      await sentinels.primary.kill('SIGCONT');
      await sentinels.demote();
    },
  ],
  [
    'after SENTINEL FAILOVER',
    async () => {
      await sentinels.failOver();
      await sentinels.demote();
    },
  ],
];

describe.each(WAYS)('%s', (_, failOver) => {
  it('nodes go on with its successor, nothing is lost that the replica was waited for with, members hear all', async () => {
    const { a, b, room } = await pair({ replicas: 1 });
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(room);
    await bob.join(room);
    const { acked, more, stop } = talker(a, room);
    await more(20);
    await failOver();
    await more(20);
    await stop();
    let said: readonly string[] = [];
    // A node that has not noticed yet may show what it had.
    await becomes(async () => {
      said = await saidIn(b, room);
      expect(said.filter((text) => acked.includes(text))).toEqual(acked);
    });
    expect(new Set(said).size).toBe(said.length);
    for (const each of [ann, bob]) await becomes(() => expect(seen(each)).toEqual(said));
    expect(await a.ports.directory.locate(room)).toBe(await b.ports.directory.locate(room));
    expect(a.node.active + b.node.active).toBe(1);
  });
});

describe('what the new primary has not got', () => {
  it('is noticed by the owner with its next write: members are shown where the room is, who comes back begins anew', async () => {
    const { a, b, room } = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(room);
    await bob.join(room);
    await a.say(room, 'kept');
    await sentinels.part();
    await a.say(room, 'lost', 'id-lost');
    const { position } = await a.say(room, 'lost too');
    for (const each of [ann, bob]) await becomes(() => expect(seen(each)).toEqual(['kept', 'lost', 'lost too']));
    await sentinels.primary.kill();
    await sentinels.failOver();
    await becomes(() => a.say(room, 'after', 'id-after'));
    // The other may not have followed yet.
    await becomes(async () => expect(await saidIn(b, room)).toEqual(['kept', 'after']));
    for (const each of [ann, bob]) await becomes(() => expect(seen(each)).toEqual(['kept', 'after']));
    expect(bob.received('reset')).toHaveLength(1);
    expect(await b.connect('bob').join(room, { since: position })).toMatchObject({ recovered: false });
    // Who was told that it was done can say it again: nobody remembers.
    expect(await a.say(room, 'lost', 'id-lost')).not.toHaveProperty('duplicate');
    expect(await saidIn(b, room)).toEqual(['kept', 'after', 'lost']);
  });

  it('may be who owns a room: it goes to one, and the other is refused', async () => {
    const { port } = sentinels.sentinel;
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: 'rooms', lazyConnect: true });
    const { a, b, room } = await pair({ client });
    await a.say(room, 'one');
    await sentinels.part();
    await a.ports.directory.leave(a.node.id);
    await becomes(() => b.say(room, 'two', 'id-two'));
    await sentinels.primary.kill();
    await sentinels.failOver();
    await becomes(() => a.say(room, 'three', 'id-three'));
    await becomes(() => b.say(room, 'four', 'id-four'));
    expect(await saidIn(a, room)).toEqual(await saidIn(b, room));
    expect(await saidIn(b, room)).toEqual(['one', 'three', 'four']);
    expect(await a.ports.directory.locate(room)).toBe(await b.ports.directory.locate(room));
  });
});

it('a connection that hears of a successor while it is being made is made all the same', async () => {
  const connection = await connectBySentinels(readSentinelUrl(sentinels.url), 'spec');
  const client = connection.client as Redis;
  try {
    const ended = new Promise((resolve) => client.once('end', resolve));
    // As ioredis does when it hears of one: here while it asks a Sentinel.
    const { connector } = client as unknown as { readonly connector: { disconnect(): void } };
    client.once('connecting', () => connector.disconnect());
    client.disconnect(true);
    await ended;
    await becomes(() => expect(connection.isUp).toBe(true));
  } finally {
    connection.disconnect();
  }
});

it('a Sentinel that is named as a server is known as one', async () => {
  await expect(openRedis({ url: sentinels.sentinel.url })).rejects.toMatchObject({
    name: 'RedisUnfitError',
    message: expect.stringContaining('is a Sentinel'),
  });
});
