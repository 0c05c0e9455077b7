import { afterEach, describe, expect, it } from '@jest/globals';
import { faultProxy, type FaultProxy } from '@greenroom/testing/faults';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { RedisServer } from '../../../../scripts/redis-server.mjs';
import { connect } from '../clients/connect.js';
import { RefusedError, text, type RedisConnection } from '../connection.js';
import { becomes, TestRedis } from '../redis.fixture.js';

const redis = new TestRedis();
const connections: RedisConnection[] = [];
const proxies: FaultProxy[] = [];
const servers: RedisServer[] = [];
afterEach(async () => {
  for (const each of connections.splice(0)) each.disconnect();
  for (const each of proxies.splice(0)) await each.close();
  for (const each of servers.splice(0)) await each.close();
  redis.disconnect();
});

const CLIENTS: readonly (readonly [string, (url: string) => Promise<RedisConnection>])[] = [
  ['ioredis', (url) => connect([url], 'spec')],
  ['node-redis', (url) => connect(createClient({ url }), 'spec')],
  ['node-redis 5', (url) => connect(createClient5({ url }), 'spec')],
];

describe.each(CLIENTS)('a connection by %s that is lost', (_, by) => {
  const connected = async (url: string) => {
    const connection = await by(url);
    connections.push(connection);
    const told: string[] = [];
    connection.onLost(() => told.push('lost'));
    connection.onReady(() => told.push('ready'));
    return { connection, told };
  };

  it('fails at once what was on its way, as what may have been done, and sends nothing later', async () => {
    const { client, keys } = await redis.end(redis.app());
    const proxy = await faultProxy({ target: { port: redis.server.port } });
    proxies.push(proxy);
    const { connection, told } = await connected(`redis://127.0.0.1:${proxy.port}`);
    const add = (): Promise<unknown> => connection.send('INCR', keys.format).catch((error: unknown) => error);
    expect(await add()).toBe(1);
    // The answers come too late.
    proxy.set({ delayMs: 1000 });
    const onTheirWay = [add(), add()];
    await becomes(async () => expect(await client.get(keys.format)).toBe('3'));
    proxy.target(undefined);
    proxy.cut('reset');
    for (const error of await Promise.all(onTheirWay)) {
      expect(error).toHaveProperty('message');
      expect(error).not.toBeInstanceOf(RefusedError);
    }
    expect(connection.isUp).toBe(false);
    expect(await add()).toBeInstanceOf(RefusedError);
    await expect(connection.subscribe('channel')).rejects.toThrow();
    expect(told).toEqual(['lost']);
    proxy.set({ delayMs: 0 });
    proxy.target({ port: redis.server.port });
    await becomes(() => expect(connection.isUp).toBe(true));
    expect(told).toEqual(['lost', 'ready']);
    expect(text(await connection.send('GET', keys.format))).toBe('3');
  });

  it('was not refused what was under way when the server ended it', async () => {
    const { client } = await redis.end(redis.app());
    const { connection } = await connected(redis.server.url);
    const waiting = connection.send('WAIT', 1, 20_000).catch((error: unknown) => error);
    await becomes(async () => expect(await client.info('clients')).toContain('blocked_clients:1'));
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const error = await waiting;
    expect(error).toHaveProperty('message');
    expect(error).not.toBeInstanceOf(RefusedError);
  });

  it('is made anew when the server has become a replica', async () => {
    const server = await RedisServer.start();
    servers.push(server);
    const { connection, told } = await connected(server.url);
    await connection.send('REPLICAOF', '127.0.0.1', 1);
    await expect(connection.send('SET', 'key', 'value')).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringMatching(/^READONLY/),
    });
    await becomes(() => expect(told).toEqual(['lost', 'ready']));
  });

  it('is made anew when it falls silent and does not end, also one that only listens', async () => {
    const proxy = await faultProxy({ target: { port: redis.server.port } });
    proxies.push(proxy);
    const { connection, told } = await connected(`redis://127.0.0.1:${proxy.port}`);
    await connection.subscribe('channel');
    for (const link of proxy.links) link.halfOpen();
    await becomes(() => expect(told).toEqual(['lost', 'ready']));
    await connection.subscribe('channel');
  });

  it('is none when who is there says nothing', async () => {
    const proxy = await faultProxy();
    proxies.push(proxy);
    proxy.target({ port: redis.server.port });
    proxy.set({ delayMs: 60_000 });
    await expect(by(`redis://127.0.0.1:${proxy.port}`)).rejects.toMatchObject({ name: 'RedisUnfitError' });
  });

  it('is none when nobody is there in the first place', async () => {
    await expect(by('redis://127.0.0.1:1')).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
