import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { PostgresServer } from '../scripts/postgres-server.mjs';
import { RedisServer } from '../scripts/redis-server.mjs';
import { Clients, login } from './kit/clients.js';
import { Servers } from './kit/server.js';
import { eventually, within } from './kit/within.js';

const clients = new Clients();
const servers = new Servers();
let postgres: PostgresServer;
let redis: RedisServer;
beforeAll(async () => {
  // A Redis that keeps nothing when it dies.
  [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start(['--appendonly', 'no'])]);
});
afterEach(() => clients.close());
afterAll(async () => {
  await servers.close();
  await Promise.all([postgres?.close(), redis?.close()]);
});

it('two of the demo that keep rooms on PostgreSQL have them also after Redis has lost all it had', async () => {
  const kept = { STORE: 'postgres', DATABASE_URL: postgres.url, JWT_SECRET: 'x'.repeat(32) };
  const env = { ...kept, REDIS_URL: redis.url };
  const [a, b] = [await servers.start(env), await servers.start(env)];
  // What Redis keeps does not matter, and is not spoken of.
  expect(a.stdout).not.toContain('appendonly');
  expect(a.stdout).toContain('fsync off');
  const { token } = await login(a.url, 'Ann');
  const [ann, again] = [
    await clients.connect(a.url, 'ws JSON', { token }).opened(),
    await clients.connect(b.url, 'Socket.IO', { token }).opened(),
  ];
  for (const client of [ann, again]) await client.join('chat/cats');
  await ann.send('chat/cats', 'say', { text: 'before' });
  await again.when('what was said on the other node', () => again.room('chat/cats').texts.includes('before'));
  await redis.kill();
  await redis.start();
  await eventually('a command that is taken', async () => {
    const reply = await again.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'after' } });
    return reply.ok;
  });
  await ann.when('what was said after', () => ann.room('chat/cats').texts.includes('after'));
  for (const server of [a, b]) expect(await server.stop()).toEqual({ code: 0, signal: null });

  const alone = await servers.start(kept);
  const late = await clients.connect(alone.url, 'ws JSON', { token }).opened();
  expect(JSON.stringify(await late.join('chat/cats'))).toMatch(/before.*after/);
  expect(await alone.stop()).toEqual({ code: 0, signal: null });
});

it('a PostgreSQL that is not there is one line and exit code 1, without its password', async () => {
  const DATABASE_URL = 'postgres://app:hunter2@127.0.0.1:1/rooms';
  const server = servers.run({ STORE: 'postgres', DATABASE_URL, DATA_DIR: await servers.dir() });
  expect(await within('its end', server.exited)).toEqual({ code: 1, signal: null });
  expect(server.stderr).toMatch(/^greenroom: PostgreSQL cannot be used: .*ECONNREFUSED.*\n$/);
  expect(server.stderr).not.toContain('hunter2');
});
