import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { program } from '../scripts/debian.mjs';
import { Lost, Refused, type Client } from './kit/client.js';
import { carrierOf, Clients, login } from './kit/clients.js';
import { Servers, type Server } from './kit/server.js';
import { eventually } from './kit/within.js';

const ROOMS = Array.from({ length: 12 }, (_, index) => `chat/stop-${index}`);

const servers = new Servers();
const clients = new Clients();
afterEach(() => clients.close());
afterAll(() => servers.close());

const visitors = async (server: Server, count: number): Promise<Client[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { token } = await login(server.url, `visitor ${index}`);
      return clients.connect(server.url, carrierOf(index), { token }).opened();
    }),
  );

/** What may come of what is asked of a server that is told to end: it is done, or may be tried again. */
const orLater = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof Lost) && !(error instanceof Refused && error.error.retryable)) throw error;
      return false;
    },
  );

/** How far the saved state is behind the log in each room, in positions. */
const unsaved = async (dir: string, addresses: readonly string[]): Promise<number[]> => {
  const store = await openLmdbStore({ dir });
  const behind: number[] = [];
  for (const address of addresses) {
    const claim = await store.claim(address, 'spec', Date.now(), false);
    if (claim !== undefined) behind.push(claim.barrier.seq - 1 - (claim.snapshot?.seq ?? 0));
  }
  await store.close();
  return behind;
};

/** From now on each sync of a running server takes so long. @returns how many there were since, once it has ended */
const slowDisk = async (server: Server, ms: number): Promise<() => Promise<number>> => {
  const trace = join(await servers.dir(), 'trace');
  const inject = `inject=fdatasync:delay_enter=${ms * 1000}`;
  const options = ['-f', '-o', trace, '-e', 'trace=fdatasync', '-e', inject, '-p', String(server.pid)];
  const tracer = servers.spawn(program('strace'), options, {});
  await eventually('an attached strace', () => tracer.stderr.includes('attached'));
  return async () => {
    await tracer.exited;
    return [...(await readFile(trace, 'utf8')).matchAll(/fdatasync\(/g)].length;
  };
};

describe('SIGTERM', () => {
  it('saves every room in use: the next process has no entry to run again', async () => {
    const DATA_DIR = await servers.dir();
    const server = await servers.start({ DATA_DIR, RATE_LIMIT: 'off' });
    const all = await visitors(server, 3);
    const use = async (client: Client, room: string): Promise<void> => {
      await client.join(room);
      await client.send(room, 'say', { text: 'something' });
    };
    await Promise.all(all.flatMap((client) => ROOMS.map((room) => use(client, room))));
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await unsaved(DATA_DIR, ROOMS)).toEqual(ROOMS.map(() => 0));
  });

  it('while rooms are being loaded, and again while it ends, ends in good order all the same', async () => {
    const DATA_DIR = await servers.dir();
    let server = await servers.start({ DATA_DIR, RATE_LIMIT: 'off' });
    const [writer] = await visitors(server, 1);
    await Promise.all(
      ROOMS.map(async (room) => {
        await writer?.join(room);
        await writer?.send(room, 'say', { text: 'before' });
      }),
    );
    await server.kill();
    clients.close();
    server = await servers.start({ DATA_DIR, RATE_LIMIT: 'off' });
    const all = await visitors(server, 6);
    const joins = Promise.all(all.flatMap((client) => ROOMS.map((room) => orLater(client.join(room)))));
    process.kill(server.pid, 'SIGTERM');
    await Promise.all(all.map((client) => client.pushed('goodbye')));
    // What has ended already cannot be told again.
    const exit = server.stop();
    expect(await exit).toEqual({ code: 0, signal: null });
    await joins;
    expect(server.stderr).toBe('');
    const behind = await unsaved(DATA_DIR, ROOMS);
    expect(behind).toHaveLength(ROOMS.length);
    // Those that it never came to load have a log alone, of the process that was killed; all others are saved.
    const next = await servers.start({ DATA_DIR });
    const [reader] = await visitors(next, 1);
    for (const room of ROOMS) {
      await reader?.join(room);
      const texts = (await reader?.history(room))?.events.filter(({ name }) => name === 'message');
      expect(texts).toMatchObject([{ data: { text: 'before' } }]);
    }
  });

  it('with a disk that takes a second for each sync, ends by itself after fewer of them than there are rooms, with all that was acked', async () => {
    const DATA_DIR = await servers.dir();
    const server = await servers.start({ DATA_DIR, RATE_LIMIT: 'off' });
    const [client] = await visitors(server, 1);
    if (client === undefined) throw new Error('nobody came');
    const acked = new Map<string, number>();
    const use = async (room: string): Promise<void> => {
      await client.join(room);
      await client.send(room, 'say', { text: 'acked' });
      acked.set(room, 1);
    };
    await Promise.all(ROOMS.map(use));
    const syncs = await slowDisk(server, 1000);
    const more = ROOMS.map(async (room) => {
      if (await orLater(client.send(room, 'say', { text: 'acked' }))) acked.set(room, 2);
    });
    const askedAt = performance.now();
    const exit = await server.stop();
    const tookMs = performance.now() - askedAt;
    expect(exit).toEqual({ code: 0, signal: null });
    await Promise.all(more);
    expect(await syncs()).toBeLessThan(10);
    const store = await openLmdbStore({ dir: DATA_DIR });
    for (const [room, count] of acked) {
      const log = await store.read(room, { limit: 1000 });
      const said = log.filter(({ events }) => events.some(({ name }) => name === 'message'));
      expect(said.length).toBeGreaterThanOrEqual(count);
    }
    await store.close();
    process.stdout.write(`SIGTERM with a slow disk: ended in ${Math.round(tookMs)} ms\n`);
  });
});
