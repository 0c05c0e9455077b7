import { join } from 'node:path';
import { login } from '../kit/clients.js';
import { ROOT, Servers, type Server } from '../kit/server.js';
import type { Footprint, WholeFootprint } from './footprint.js';

/** The server in a process of its own, and what it takes up there. */
export class Host {
  readonly #servers = new Servers();

  private constructor(private server: Server | undefined) {}

  /** @param root the repository, built */
  static async start(root = ROOT): Promise<Host> {
    const host = new Host(undefined);
    const main = join(root, '.faults/test/endurance/server.js');
    const env = { NODE_ENV: 'production', NODE_NO_WARNINGS: '1', DATA_DIR: await host.#servers.dir() };
    host.server = host.#servers.spawn(process.execPath, ['--expose-gc', '--enable-source-maps', main], env, root);
    await host.server.ready();
    return host;
  }

  get url(): string {
    if (this.server === undefined) throw new Error('not started');
    return this.server.url;
  }

  /** What it has complained of. */
  get stderr(): string {
    return this.server?.stderr ?? '';
  }

  async footprint(): Promise<Footprint> {
    return (await (await fetch(`${this.url}/footprint`)).json()) as Footprint;
  }

  async wholeFootprint(): Promise<WholeFootprint> {
    return (await (await fetch(`${this.url}/whole-footprint`)).json()) as WholeFootprint;
  }

  async token(name: string): Promise<string> {
    return (await login(this.url, name)).token;
  }

  close(): Promise<void> {
    return this.#servers.close();
  }
}
