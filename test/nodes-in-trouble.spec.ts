import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { RoomsHealth, RoomsService } from '@greenroom/nestjs';
import { MemoryRoomStore } from '@greenroom/rooms';
import { openRedis } from '@greenroom/redis';
import { Redis } from 'ioredis';
import { RedisServer } from '../scripts/redis-server.mjs';
import { CARRIERS, Clients, login } from './kit/clients.js';
import { Servers, type Environment } from './kit/server.js';
import { eventually, within } from './kit/within.js';
import { NewsGateway, Nodes } from './nodes.fixture.js';

const nodes = new Nodes();
const clients = new Clients();
const servers = new Servers();
afterEach(() => clients.close());
afterAll(() => servers.close());

describe('while Redis is away', () => {
  it('connections stay, rooms answer UNAVAILABLE, and all goes on by itself when it is back', async () => {
    const { a, b } = await nodes.pair();
    const all = CARRIERS.flatMap((carrier) => [a, b].map(({ url }) => clients.connect(url, carrier, { token: 'ann' })));
    for (const client of all) await (await client.opened()).join('hall/a');
    await Promise.all(all.map((client) => client.send('hall/a', 'say', { text: 'before' })));
    const health = [a, b].map((node) => node.get(RoomsHealth));
    await nodes.redis.kill();
    try {
      for (const client of all)
        expect(await client.ask('send', { room: 'hall/a', name: 'say', data: { text: 'lost' } })).toMatchObject({
          ok: false,
          error: { code: expect.stringMatching(/^(UNAVAILABLE|UNKNOWN_OUTCOME)$/), retryable: true },
        });
      // New ones are let in, and what has nothing to do with rooms goes on within each node.
      all.push(await clients.connect(a.url, 'ws JSON', { token: 'ann' }).opened());
      a.get(NewsGateway).server.to('cats').emit('news', 'nobody minds');
      expect(await a.get(NewsGateway).server.fetchSockets()).toEqual([]);
      await eventually('both to say that they are not ready', () => health.every((each) => !each.isReady()));
      expect(health.map((each) => each.isAlive())).toEqual([true, true]);
      await expect(a.get(RoomsService).disconnect('nobody', 'rude')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      await nodes.redis.start();
    }
    await eventually('both to be ready', () => health.every((each) => each.isReady()));
    await all.at(-1)?.join('hall/a');
    const [last] = all;
    await eventually('a command that is taken', async () => {
      const reply = await last?.ask('send', { room: 'hall/a', name: 'say', data: { text: 'after' } });
      return reply?.ok === true;
    });
    for (const client of all) {
      await client.when('what was said after', () => client.room('hall/a').texts.includes('after'));
      expect(client.isOpen).toBe(true);
      // In a new epoch, without a hole.
      expect(client.room('hall/a').gaps.filter((gap) => gap.startsWith('from'))).toEqual([]);
    }
  });

  it('a node whose connections to it are cut hears what was said and who was disconnected meanwhile', async () => {
    const { a, b } = await nodes.pair();
    const [ann, bob] = [
      await clients.connect(a.url, 'ws JSON', { token: 'ann' }).opened(),
      await clients.connect(b.url, 'Socket.IO', { token: 'bob' }).opened(),
    ];
    for (const client of [ann, bob]) await client.join('hall/a');
    const admin = new Redis(nodes.redis.url);
    await admin.client('KILL', 'TYPE', 'PUBSUB');
    admin.disconnect();
    await eventually('a command that is taken', async () => {
      const reply = await ann.ask('send', { room: 'hall/a', name: 'say', data: { text: 'x' } });
      return reply.ok;
    });
    await bob.when('what was said', () => bob.room('hall/a').texts.includes('x'));
    await a.get(RoomsService).disconnect('bob', 'rude');
    await within('the end of a connection', bob.ended);
  });
});

describe('disconnect(userId)', () => {
  it("ends a user's connections on every node, on every carrier, at once, and nobody else's", async () => {
    // Nodes are told of it: they do not find out with their next beat, nor by comparing heads.
    const { a, b } = await nodes.pair({
      redis: { headsMs: 600_000, lease: { leaseMs: 600_000, beatMs: 300_000, fenceMs: 400_000 } },
    });
    const c = await nodes.start(nodes.cluster());
    const open = (url: string, token: string) =>
      Promise.all(CARRIERS.map((carrier) => clients.connect(url, carrier, { token }).opened()));
    const rude = [...(await open(a.url, 'rude')), ...(await open(b.url, 'rude'))];
    const others = [...(await open(a.url, 'ann')), ...(await open(b.url, 'ann')), ...(await open(c.url, 'rude'))];
    for (const client of rude) await client.join('hall/a');
    const asked = Date.now();
    await b.get(RoomsService).disconnect('rude', 'out');
    const ends = await within('their ends', Promise.all(rude.map(({ ended }) => ended)));
    process.stdout.write(`disconnect over 2 nodes: ${Date.now() - asked} ms\n`);
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([4403, undefined]));
    for (const client of others) {
      await client.ask('ping');
      expect(client.isOpen).toBe(true);
    }
    // They may come again.
    const again = await clients.connect(a.url, 'ws JSON', { token: 'rude' }).opened();
    await again.join('hall/a');
  });
});

describe("a user's connections", () => {
  it('are counted over all nodes, and those of a node that was closed count no more', async () => {
    const { a, b } = await nodes.pair({ rooms: { connectionsPerUser: 3 } });
    const held = [
      await clients.connect(a.url, 'ws JSON', { token: 'ann' }).opened(),
      await clients.connect(b.url, 'Socket.IO', { token: 'ann' }).opened(),
      await clients.connect(b.url, 'ws msgpack', { token: 'ann' }).opened(),
    ];
    for (const { url } of [a, b]) {
      const refused = clients.connect(url, 'ws JSON', { token: 'ann' });
      expect(await within('a refusal', refused.ended)).toMatchObject({ code: 4429 });
    }
    await clients.connect(a.url, 'ws JSON', { token: 'bob' }).opened();
    held[0]?.close();
    const takenBy = async (url: string): Promise<boolean> => {
      const client = clients.connect(url, 'ws JSON', { token: 'ann' });
      return Promise.race([client.opened().then(() => true), client.ended.then(() => false)]);
    };
    await eventually('room for another', () => takenBy(b.url));
    await b.app.close();
    for (let i = 0; i < 3; i += 1) await eventually('room on the other node', () => takenBy(a.url));
    expect(await takenBy(a.url)).toBe(false);
  });
});

describe('starting', () => {
  const mistake = async (env: Environment): Promise<string> => {
    const server = servers.run({ DATA_DIR: await servers.dir(), ...env });
    expect(await within('the end of a server that cannot start', server.exited)).toEqual({
      code: 1,
      signal: null,
    });
    const lines = server.stderr.split('\n');
    expect(lines).toEqual([expect.stringMatching(/^greenroom: \S/), '']);
    return lines[0] ?? '';
  };

  it('a Redis that is not there, or would lose rooms, is one line and exit code 1, without its password', async () => {
    const line = await mistake({ REDIS_URL: 'redis://:hunter2@127.0.0.1:1' });
    expect(line).toContain('Redis at redis://127.0.0.1:1 cannot be reached');
    expect(line).not.toContain('hunter2');
    const forgetful = await RedisServer.start(['--maxmemory-policy', 'allkeys-lru']);
    try {
      expect(await mistake({ REDIS_URL: forgetful.url })).toContain('set it to noeviction');
    } finally {
      await forgetful.close();
    }
  });

  it('one that keeps less than it acknowledges is said, and served', async () => {
    const hasty = await RedisServer.start(['--appendonly', 'no']);
    try {
      const server = await servers.start({ REDIS_URL: hasty.url });
      expect(server.stdout).toContain('appendonly no');
      // And that others will not know its tokens.
      expect(server.stdout).toContain('JWT_SECRET is unset');
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    } finally {
      await hasty.close();
    }
  });

  it("a store that is a process's own is refused beside Redis, in a sentence, and nothing is left open", async () => {
    const prefix = nodes.cluster();
    const store = async () => ({
      ...(await openRedis({ url: nodes.redis.url, prefix })),
      store: new MemoryRoomStore(),
    });
    await expect(nodes.start(prefix, { rooms: { store } })).rejects.toMatchObject({
      name: 'DefinitionError',
      message: expect.stringMatching(/^Several nodes need one store/),
    });
    const admin = new Redis(nodes.redis.url);
    await eventually('no connection', async () => !String(await admin.client('LIST')).includes('name=greenroom'));
    admin.disconnect();
  });
});

describe('processes', () => {
  it('connections of one that is killed count until its lease has ended, and no longer', async () => {
    const env = { REDIS_URL: nodes.redis.url, JWT_SECRET: 'x'.repeat(32) };
    const [a, b] = [await servers.start(env), await servers.start(env)];
    const { token } = await login(a.url, 'Ann');
    for (let i = 0; i < 20; i += 1) await clients.connect(a.url, 'ws JSON', { token }).opened();
    const outcome = async (): Promise<number | string | undefined> => {
      const client = clients.connect(b.url, 'ws JSON', { token });
      return Promise.race([client.opened().then(() => 'in'), client.ended.then(({ code }) => code)]);
    };
    expect(await outcome()).toBe(4429);
    await a.kill();
    await eventually('to be let in', async () => (await outcome()) === 'in');
    await b.stop();
  });

  it('two of the demo on one Redis are one app; each ends in good order, also while Redis is away', async () => {
    const redis = await RedisServer.start();
    try {
      const env = { REDIS_URL: redis.url, JWT_SECRET: 'x'.repeat(32) };
      const [a, b] = [await servers.start(env), await servers.start(env)];
      const { token } = await login(a.url, 'Ann');
      const [ann, again] = [
        await clients.connect(a.url, 'Socket.IO', { token }).opened(),
        await clients.connect(b.url, 'ws JSON', { token }).opened(),
      ];
      for (const client of [ann, again]) await client.join('chat/cats');
      await ann.send('chat/cats', 'say', { text: 'hello' });
      await again.when('what was said on the other node', () => again.room('chat/cats').texts.includes('hello'));
      expect(await a.stop()).toEqual({ code: 0, signal: null });
      await eventually('the other to go on', async () => {
        const reply = await again.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'on' } });
        return reply.ok;
      });
      await redis.kill();
      await eventually('it is not ready', async () => (await fetch(`${b.url}/readyz`)).status === 503);
      expect((await fetch(`${b.url}/healthz`)).status).toBe(200);
      expect(await b.stop()).toEqual({ code: 0, signal: null });
      for (const { stdout, stderr } of [a, b]) expect(stdout + stderr).not.toMatch(/unhandled|uncaught/i);
    } finally {
      await redis.close();
    }
  });
});
