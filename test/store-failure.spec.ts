import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { program } from '../scripts/debian.mjs';
import { Refused, type Client } from './kit/client.js';
import { CARRIERS, Clients, login, type Login } from './kit/clients.js';
import { ROOT, Servers, type Server } from './kit/server.js';
import { eventually } from './kit/within.js';

/** Rooms that are written to, one for each carrier; in the last one nobody writes. */
const ROOMS = CARRIERS.map((_, index) => `chat/disk-${index}`);
const QUIET = 'chat/quiet';
const DISK_KIB = 8192;

const servers = new Servers();
const clients = new Clients();
const mounted: string[] = [];
afterEach(() => clients.close());
afterAll(async () => {
  // Gone once its processes are.
  for (const dir of mounted) execFileSync(program('umount', 'mount'), ['--lazy', dir]);
  await servers.close();
});

/** A disk that can be filled to its last byte, and has room again when told to. */
interface Disk {
  readonly dir: string;
  fill(server: Server): void;
  free(server: Server): void;
}

/** Root gets a file system of its own; anybody else has the size of the process's files limited. */
const smallDisk = async (): Promise<Disk> => {
  const dir = await servers.dir();
  if (process.getuid?.() !== 0) {
    const limit = (server: Server, size: string): void =>
      void execFileSync(program('prlimit', 'util-linux'), ['--pid', String(server.pid), `--fsize=${size}:unlimited`]);
    return { dir, fill: (server) => limit(server, '65536'), free: (server) => limit(server, 'unlimited') };
  }
  const disk = join(dir, 'disk');
  execFileSync('mkdir', [disk]);
  execFileSync(program('mount'), ['-t', 'tmpfs', '-o', `size=${DISK_KIB}k`, 'tmpfs', disk]);
  mounted.unshift(disk);
  const ballast = join(disk, 'ballast');
  const fill = (): void => {
    const file = openSync(ballast, 'a');
    try {
      for (;;) writeSync(file, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  };
  return { dir: disk, fill, free: () => rmSync(ballast) };
};

/** Somebody who writes in a room of their own, and knows what was acked. */
class Writer {
  readonly acked: string[] = [];
  readonly codes = new Set<string>();
  /** Refused, or of an unknown outcome: to be sent again. */
  readonly pending: string[] = [];
  #count = 0;

  constructor(
    private readonly client: Client,
    readonly room: string,
  ) {}

  async write(text = `${this.room} ${(this.#count += 1)} ${'x'.repeat(1500)}`): Promise<boolean> {
    try {
      await this.client.send(this.room, 'say', { text }, `c-${text.slice(0, 40)}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expect(error.error.retryable).toBe(true);
      this.codes.add(error.error.code);
      if (!this.pending.includes(text)) this.pending.push(text);
      return false;
    }
    this.acked.push(text);
    return true;
  }

  /** What has no ack is sent again, by the same id, until it has. */
  async repeat(): Promise<void> {
    for (const text of this.pending.splice(0))
      await eventually(`an ack for ${text.slice(0, 40)}`, () => this.write(text));
    this.pending.length = 0;
  }
}

const readiness = async ({ url }: Server): Promise<number> => (await fetch(`${url}/readyz`)).status;

const writersIn = async (server: Server): Promise<{ writers: Writer[]; readers: Client[] }> => {
  const readers = await Promise.all(
    CARRIERS.map(async (carrier, index) => {
      const { token } = await login(server.url, `writer ${index}`);
      const client = await clients.connect(server.url, carrier, { token }).opened();
      await client.join(ROOMS[index] ?? '');
      await client.join(QUIET);
      return client;
    }),
  );
  return { writers: readers.map((client, index) => new Writer(client, ROOMS[index] ?? '')), readers };
};

const said = async (client: Client, room: string): Promise<string[]> =>
  (await client.history(room, { limit: 1000 })).events
    .filter(({ name }) => name === 'message')
    .map(({ data }) => (data as { text: string }).text);

/** After kill -9 and a new start, everything that was acked is there, once and in order, and nothing else. */
const expectKept = async (env: Record<string, string>, server: Server, writers: readonly Writer[]): Promise<void> => {
  await server.kill();
  clients.close();
  const next = await servers.start(env);
  const reader: Login = await login(next.url, 'reader');
  const client = await clients.connect(next.url, 'ws JSON', { token: reader.token }).opened();
  for (const { room, acked } of writers) {
    await client.join(room);
    expect(await said(client, room)).toEqual(acked);
  }
};

it('a full disk costs commands an answer that says to try again, and nothing else; with room again, the server is well by itself', async () => {
  const disk = await smallDisk();
  const env = { RATE_LIMIT: 'off', DATA_DIR: disk.dir };
  const server = await servers.start(env);
  const { writers, readers } = await writersIn(server);
  for (let n = 0; n < 20; n += 1) await Promise.all(writers.map((writer) => writer.write()));
  for (const { acked } of writers) expect(acked).toHaveLength(20);

  for (let time = 0; time < 2; time += 1) {
    disk.fill(server);
    // Free pages of the file are used up first.
    await eventually('a refusal in every room', async () => {
      await Promise.all(writers.map((writer) => writer.write()));
      return writers.every(({ pending }) => pending.length > 0);
    });
    await eventually('an unready server', async () => (await readiness(server)) === 503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);

    // Who is in a room still reads what was said; in a room where nobody writes nothing has changed.
    for (const [index, reader] of readers.entries()) {
      const { acked = [], room = '' } = writers[index] ?? {};
      expect((await said(reader, room)).slice(-5)).toEqual(acked.slice(-5));
      expect((await reader.members(QUIET)).members).toHaveLength(CARRIERS.length);
    }

    disk.free(server);
    await eventually('a ready server', async () => (await readiness(server)) === 200);
    await Promise.all(writers.map((writer) => writer.repeat()));
    await Promise.all(writers.map((writer) => writer.write()));
  }
  for (const { codes } of writers) for (const code of codes) expect(['UNAVAILABLE', 'UNKNOWN_OUTCOME']).toContain(code);
  await expectKept(env, server, writers);
});

it('a disk that fails to sync costs nothing that was acked: the server goes back to what is on disk, and on', async () => {
  const dataDir = await servers.dir();
  const env = { RATE_LIMIT: 'off', DATA_DIR: dataDir };
  // One thread for the store's work, so that its calls can be counted.
  const inject = ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=40..42'];
  const main = [process.execPath, join(ROOT, 'dist/main.js')];
  const server = await servers
    .spawn(program('strace'), [...inject, ...main], { ...env, PORT: '0', UV_THREADPOOL_SIZE: '1' })
    .ready();
  const { writers } = await writersIn(server);
  await eventually('a failed sync, and acks after it', async () => {
    await Promise.all(writers.map((writer) => writer.write()));
    await Promise.all(writers.map((writer) => writer.repeat()));
    return writers.some(({ codes }) => codes.size > 0) && writers.every(({ acked }) => acked.length > 30);
  });
  await eventually('a ready server', async () => (await readiness(server)) === 200);
  expect(server.stdout + server.stderr).toContain('could not flush');
  await expectKept(env, server, writers);
});
