import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackedProgram } from './debian.mjs';
import { family, freePort } from './processes.mjs';
import { startServer } from './server-process.mjs';
import { handOver, unprivileged } from './unprivileged.mjs';

/**
 * By default a commit is not waited for, and comes late: what a spec finds after the server's death is there because it was asked
 * to be. What the kernel was given survives that death: it need not be on disk.
 */
const SETTINGS = {
  synchronous_commit: 'off',
  wal_writer_delay: '10s',
  fsync: 'off',
  max_connections: '200',
  autovacuum: 'off',
};

/** Where Debian keeps its versions, none of them on the PATH. */
const VERSIONS = '/usr/lib/postgresql';

const postgres = (name) => {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(VERSIONS, version, 'bin'));
  return unpackedProgram(name, 'postgresql', folders);
};

/** A real PostgreSQL on a port and a folder of its own. The first one on a machine is unpacked from Debian's packages. */
export class PostgresServer {
  #process;

  constructor(port, dir, settings) {
    this.port = port;
    this.dir = dir;
    this.settings = { ...SETTINGS, ...settings };
  }

  /** `settings`: further ones, by name. */
  static async start(settings = {}) {
    for (let tries = 2; ; tries -= 1) {
      const dir = mkdtempSync(join(tmpdir(), 'greenroom-postgres-'));
      handOver(dir);
      const server = new PostgresServer(await freePort(), dir, settings);
      try {
        const args = ['-D', server.#data, '-U', 'greenroom', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
        execFileSync(...unprivileged(postgres('initdb'), args), { cwd: dir, stdio: 'pipe' });
        await server.start();
        return server;
      } catch (error) {
        await server.close();
        // Somebody may have taken the port.
        if (tries === 0) throw error;
      }
    }
  }

  get url() {
    return `postgres://greenroom@127.0.0.1:${this.port}/postgres`;
  }

  get pid() {
    return this.#process?.child.pid;
  }

  get #data() {
    return join(this.dir, 'data');
  }

  /** On the same port and data as before. */
  async start() {
    const settings = { ...this.settings, port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const serves = () => answers(this.port);
    this.#process = await startServer(postgres('postgres'), ['-D', this.#data, ...args], this.dir, serves);
  }

  /** All its processes at once. SIGKILL: it dies where it stands. SIGSTOP, SIGCONT: it hangs, and goes on. */
  async kill(signal = 'SIGKILL') {
    const { child, ended } = this.#process ?? {};
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // The first one starts no others meanwhile.
    process.kill(child.pid, 'SIGSTOP');
    for (const each of family(child.pid).toReversed()) send(each, signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended;
  }

  /** Ends it, and removes its data. */
  async close() {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const send = (pid, signal) => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
};

/** What a client opens with: protocol 3.0, and who it is. */
const HELLO = (() => {
  const parameters = Buffer.from('user\0greenroom\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, parameters]);
})();

/** Whether a server, or a pooler before it, takes clients: not while it still recovers. */
export const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('error', () => settle(false));
    // 'R': it asks for no password, or for one; 'E': it refuses.
    socket.once('data', (data) => settle(data.toString('latin1').startsWith('R')));
    socket.once('close', () => settle(false));
    socket.write(HELLO);
  });
