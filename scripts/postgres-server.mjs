import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackedProgram } from './debian.mjs';
import { family, freePort } from './processes.mjs';

const START_MS = 30_000;

/** PostgreSQL refuses to run as root: then it is run as this user, `nobody`, whom every system has. */
const NOBODY = 65_534;
const USER = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

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

/** Servers that run now: none outlives the process of the tests. Theirs end with them. */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGQUIT');
});

/** A real PostgreSQL on a port and a folder of its own. The first one on a machine is unpacked from Debian's packages. */
export class PostgresServer {
  #child;
  #ended;

  constructor(port, dir, settings) {
    this.port = port;
    this.dir = dir;
    this.settings = { ...SETTINGS, ...settings };
  }

  /** `settings`: further ones, by name. */
  static async start(settings = {}) {
    const dir = mkdtempSync(join(tmpdir(), 'greenroom-postgres-'));
    if (USER.uid !== undefined) chownSync(dir, USER.uid, USER.gid);
    const server = new PostgresServer(await freePort(), dir, settings);
    const args = ['-D', server.#data, '-U', 'greenroom', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    execFileSync(unpackedProgram('initdb', 'postgresql'), args, { ...USER, cwd: dir, stdio: 'pipe' });
    await server.start();
    return server;
  }

  get url() {
    return `postgres://greenroom@127.0.0.1:${this.port}/postgres`;
  }

  get pid() {
    return this.#child?.pid;
  }

  get #data() {
    return join(this.dir, 'data');
  }

  /** On the same port and data as before. */
  async start() {
    const settings = { ...this.settings, port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(unpackedProgram('postgres', 'postgresql'), ['-D', this.#data, ...args], {
      ...USER,
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    running.add(child);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('close', () => {
        running.delete(child);
        resolve();
      });
      child.once('error', (error) => {
        said += String(error);
        resolve();
      });
    });
    const until = Date.now() + START_MS;
    while (!(await answers(this.port))) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`postgres did not start\n${said}`);
      await sleep(10);
    }
  }

  /** All its processes at once. SIGKILL: it dies where it stands. SIGSTOP, SIGCONT: it hangs, and goes on. */
  async kill(signal = 'SIGKILL') {
    const { pid, exitCode, signalCode } = this.#child ?? {};
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    // The first one starts no others meanwhile.
    process.kill(pid, 'SIGSTOP');
    for (const each of family(pid).toReversed()) send(each, signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.#ended;
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

/** Whether the server takes clients: not while it still recovers. */
const answers = (port) =>
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
