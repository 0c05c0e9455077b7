import { writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Room, RoomsModule } from '@greenroom/nestjs';
import { defineRoom, MemoryRoomStore, roomTypes } from '@greenroom/rooms';
import { fromCallback, setup } from 'xstate';
import { Apps, byName } from './kit/app.js';
import { Lost, Refused, type Client } from './kit/client.js';
import { CARRIERS, Clients, login } from './kit/clients.js';
import { Servers, type Environment } from './kit/server.js';
import { within } from './kit/within.js';

const apps = new Apps();
const clients = new Clients();
const servers = new Servers();
afterEach(() => clients.close());
afterAll(() => Promise.all([apps.close(), servers.close()]));

/** Starts with a mistake; the one line it says. */
const mistake = async (env: Environment): Promise<string> => {
  const server = servers.run({ DATA_DIR: await servers.dir(), ...env });
  const exit = await within('the end of a server that cannot start', server.exited);
  expect(exit).toEqual({ code: 1, signal: null });
  expect(server.stdout).not.toMatch(/\\n +at |^ +at |"stack"|Listening/m);
  const lines = server.stderr.split('\n');
  expect(lines).toEqual([expect.stringMatching(/^greenroom: \S/), '']);
  return lines[0] ?? '';
};

describe('a wrong configuration is one line on stderr and exit code 1', () => {
  it.each([
    ['PORT', 'eighty', 'PORT must be a port, 0 to 65535, not "eighty"'],
    ['PORT', '65536', 'PORT must be a port, 0 to 65535, not "65536"'],
    ['ALLOWED_ORIGINS', 'app.example.com', 'ALLOWED_ORIGINS has "app.example.com", which is no origin'],
    ['RATE_LIMIT', 'no', 'RATE_LIMIT must be on, off, not "no"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be silent, fatal, error, warn, info, debug, trace, not "loud"'],
    ['STORE', 'sqlite', 'STORE must be lmdb, memory, redis, postgres, not "sqlite"'],
    ['JWT_SECRET', 'short', 'JWT_SECRET must be at least 32 bytes'],
    ['HOST', 'no.such.host.invalid', 'no.such.host.invalid'],
  ])('%s %s', async (name, value, line) => {
    expect(await mistake({ [name]: value })).toContain(line);
  });

  it('several mistakes, still one line', async () => {
    const line = await mistake({ PORT: 'x', LOG_LEVEL: 'y', STORE: 'z' });
    for (const name of ['PORT', 'LOG_LEVEL', 'STORE']) expect(line).toContain(name);
  });

  it.each(['lmdb', 'memory'])('store %s, which is for one process, with REDIS_URL', async (STORE) => {
    const line = await mistake({ STORE, REDIS_URL: 'redis://:hunter2@localhost:6379' });
    expect(line).toContain(`STORE ${STORE} is for one process and REDIS_URL for several`);
    expect(line).not.toContain('hunter2');
  });

  it('a port in use', async () => {
    const { url } = await servers.start();
    const { port } = new URL(url);
    expect(await mistake({ PORT: port })).toContain(port);
  });

  it.each([
    ['a file', async () => join(await servers.dir(), 'file'), (path: string) => writeFile(path, '')],
    ['inside a file', () => Promise.resolve('/dev/null/x'), () => Promise.resolve()],
    ['where nothing can be made', () => Promise.resolve('/proc/greenroom'), () => Promise.resolve()],
  ])('DATA_DIR %s', async (_, where, make) => {
    const dir = await where();
    await make(dir);
    // Also without a secret to make there: then it is the store that finds out.
    const secrets: Environment[] = [{}, { JWT_SECRET: 'x'.repeat(32) }];
    for (const secret of secrets) expect(await mistake({ DATA_DIR: dir, ...secret })).toContain(dir);
  });

  it('DATA_DIR in use by a running server', async () => {
    const DATA_DIR = await servers.dir();
    const first = await servers.start({ DATA_DIR });
    expect(await mistake({ DATA_DIR })).toContain(`in use by process ${first.pid}`);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    // One that was killed is in nobody's way.
    await first.kill();
    await servers.start({ DATA_DIR });
  });
});

it('a durable room whose machine cannot be kept is refused at the start, with the reason in one sentence', async () => {
  const Live = defineRoom({ kind: 'live', commands: {}, events: {} });
  const machine = setup({
    types: roomTypes<typeof Live, object>(),
    actors: { feed: fromCallback(() => undefined) },
  }).createMachine({ context: {}, invoke: { src: 'feed' } });
  @Room(Live, { machine })
  class LiveRoom {}
  const rooms = RoomsModule.forRoot({ store: new MemoryRoomStore(), authenticator: byName });
  const failed = await apps.start({ imports: [rooms], providers: [LiveRoom] }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ name: 'DefinitionError' });
  expect((failed as Error).message).toMatch(/^A room of kind live cannot be fsync: [^\n]+\.$/);
});

describe('SIGTERM', () => {
  it('says goodbye, closes in good order and exits 0, and what was acked is there after the next start', async () => {
    const DATA_DIR = await servers.dir();
    const server = await servers.start({ DATA_DIR, RATE_LIMIT: 'off' });
    const room = 'chat/drain';
    const { token } = await login(server.url, 'Ann');
    const all = await Promise.all(CARRIERS.map((carrier) => clients.connect(server.url, carrier, { token }).opened()));
    for (const client of all) await client.join(room);
    // Somebody who is connected and never says a word.
    const silent = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    await once(silent, 'connect');
    const acked = new Map<string, number>();
    const write = async (client: Client, who: number): Promise<void> => {
      try {
        for (let i = 0; ; i += 1)
          acked.set(`${who}.${i}`, (await client.send(room, 'say', { text: `${who}.${i}` })).position.seq);
      } catch (error) {
        if (!(error instanceof Lost) && !(error instanceof Refused && error.error.retryable)) throw error;
      }
    };
    const writing = Promise.all(all.map(write));
    await all[0]?.when('some acks', () => acked.size > 30);

    const stoppedAt = performance.now();
    const stopped = server.stop();
    const goodbyes = await Promise.all(all.map((client) => client.pushed('goodbye')));
    const readyz = await fetch(`${server.url}/readyz`).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([503, 'refused']).toContain(readyz);
    for (const goodbye of goodbyes) expect(goodbye.retryAfterMs).toBeGreaterThan(0);
    const ends = await Promise.all(all.map(({ ended }) => within('its end', ended)));
    expect(ends.slice(1).map(({ code }) => code)).toEqual([1001, 1001]);
    await writing;
    expect(await stopped).toEqual({ code: 0, signal: null });
    const tookMs = performance.now() - stoppedAt;
    silent.destroy();
    expect(server.stderr).toBe('');

    const next = await servers.start({ DATA_DIR });
    const reader = await clients.connect(next.url, 'ws JSON', { token }).opened();
    await reader.join(room);
    const { events } = await reader.history(room, { limit: 1000 });
    const found = new Map(events.map(({ seq, data }) => [(data as { text: string }).text, seq]));
    expect([...acked].filter(([text, seq]) => found.get(text) !== seq)).toEqual([]);
    process.stdout.write(
      `SIGTERM: ${acked.size} acked, all there; stopped in ${Math.round(tookMs)} ms; readyz ${readyz}\n`,
    );
  });

  it('with nobody there exits 0 at once', async () => {
    const server = await servers.start();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});
