import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from './within.js';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What `serve` runs; the e2e project builds it before its first spec. */
const MAIN = join(ROOT, 'dist/main.js');

export type Environment = Readonly<Record<string, string>>;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One demo process, and what it has printed. */
export class Server {
  stdout = '';
  stderr = '';
  readonly exited: Promise<Exit>;
  #isOver = false;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // `close` comes when all that was printed has been read.
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#isOver = true;
      return { code, signal };
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process did not start');
    return this.child.pid;
  }

  /** Where it listens: known once `ready`. */
  get url(): string {
    const url = /Listening on (http:[^"]+)/.exec(this.stdout)?.[1];
    if (url === undefined) throw new Error('it does not listen');
    return url;
  }

  /** It listens and takes traffic. Rejects when it ends instead. */
  async ready(): Promise<this> {
    const listening = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.stdout.includes('Listening on')) resolve();
      };
      this.child.stdout?.on('data', look);
      look();
    });
    const over = this.exited.then(({ code }) => {
      throw new Error(`the server ended with ${code}: ${this.stderr}`);
    });
    await within('a listening server', Promise.race([listening, over]));
    const { status } = await fetch(`${this.url}/readyz`);
    if (status !== 200) throw new Error(`readyz answered ${status}`);
    return this;
  }

  /** SIGTERM, and how it ended. */
  stop(ms?: number): Promise<Exit> {
    this.#signal(this.pid, 'SIGTERM');
    return within('the end of a stopped server', this.exited, ms);
  }

  /** kill -9. */
  kill(): Promise<Exit> {
    // With all that it has started: it leads a group of its own.
    this.#signal(-this.pid, 'SIGKILL');
    return within('the end of a killed server', this.exited);
  }

  #signal(target: number, signal: NodeJS.Signals): void {
    if (this.#isOver) return;
    try {
      process.kill(target, signal);
    } catch (error) {
      // Its end is not told yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Processes and folders of one spec file, each ended and removed with it, also when a test fails. */
export class Servers {
  readonly #all: Server[] = [];
  readonly #dirs: string[] = [];

  /** A folder of its own. */
  async dir(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'greenroom-e2e-'));
    this.#dirs.push(dir);
    return dir;
  }

  /** Any program, with nothing of this process's environment but what finds programs. */
  spawn(command: string, args: readonly string[], env: Environment, cwd = ROOT): Server {
    const { PATH, HOME } = process.env;
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, env: { PATH, HOME, ...env }, stdio, detached: true });
    const server = new Server(child);
    this.#all.push(server);
    return server;
  }

  /** The demo as built, on a free port unless `env` says otherwise. */
  run(env: Environment): Server {
    return this.spawn(process.execPath, [MAIN], { PORT: '0', ...env });
  }

  /** The demo, ready, with data of its own unless `env` says otherwise. */
  async start(env: Environment = {}): Promise<Server> {
    return this.run({ DATA_DIR: env['DATA_DIR'] ?? (await this.dir()), ...env }).ready();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((server) => server.kill()));
    await Promise.all(this.#dirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
  }
}
