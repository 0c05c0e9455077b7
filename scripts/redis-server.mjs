import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackedProgram } from './debian.mjs';
import { freePort } from './processes.mjs';

const START_MS = 60_000;

/** What the specs count on: no write is refused for want of memory, and what is answered is on disk. */
const SETTINGS = ['--maxmemory-policy', 'noeviction', '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

/** Servers that run now: none outlives the process of the tests. */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real redis-server on a port and a folder of its own. The first one on a machine is unpacked from Debian's package. */
export class RedisServer {
  #child;
  #ended;

  constructor(port, busPort, dir, settings) {
    this.port = port;
    // Where the servers of a cluster talk with each other.
    this.busPort = busPort;
    this.dir = dir;
    this.settings = settings;
  }

  /** `settings`: further ones, as on the command line; of two of one name the last counts. */
  static async start(settings = []) {
    for (let tries = 2; ; tries -= 1) {
      const dir = mkdtempSync(join(tmpdir(), 'greenroom-redis-'));
      const server = new this(await freePort(), await freePort(), dir, settings);
      try {
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
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** It has been started, and has not ended: by itself or otherwise. */
  get isRunning() {
    return running.has(this.#child);
  }

  /** On the same port and data as before. */
  async start() {
    const child = spawn(unpackedProgram('redis-server'), this.args(), { stdio: ['ignore', 'pipe', 'pipe'] });
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
      if (child.exitCode !== null || Date.now() > until) throw new Error(`redis-server did not start\n${said}`);
      await sleep(10);
    }
  }

  args() {
    const where = ['--port', this.port, '--cluster-port', this.busPort, '--bind', '127.0.0.1', '--dir', this.dir];
    return [...where.map(String), ...SETTINGS, ...this.settings];
  }

  /** SIGKILL: it dies where it stands. SIGSTOP, SIGCONT: it hangs, and goes on. */
  async kill(signal = 'SIGKILL') {
    this.#child?.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.#ended;
  }

  /** Ends it, and removes its data. */
  async close() {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Watches over servers; its settings are lines of its file, in which it writes what it finds out. */
export class RedisSentinel extends RedisServer {
  args() {
    const file = join(this.dir, 'sentinel.conf');
    writeFileSync(file, [`port ${this.port}`, 'bind 127.0.0.1', `dir ${this.dir}`, ...this.settings, ''].join('\n'));
    return [file, '--sentinel'];
  }
}

/** Whether the server takes commands: not while it still loads its data. */
const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('error', () => settle(false));
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('close', () => settle(false));
    socket.write('PING\r\n');
  });
