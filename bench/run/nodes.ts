import type { FromServer, ToServer, Usage } from '../servers/main.js';
import type { ServerName } from '../servers/server-name.js';
import type { ServerOptions } from '../servers/bench-server.js';
import { Child } from './child.js';
import type { Machine } from './machine.js';

export interface NodesOptions {
  readonly server: ServerName;
  readonly machine: Machine;
  readonly core: number;
  readonly count: number;
  readonly options: ServerOptions;
}

/** The processes of a server: one, or several nodes of it. */
export class Nodes {
  private constructor(
    private readonly processes: readonly Child<ToServer, FromServer>[],
    readonly ports: readonly number[],
  ) {}

  static async start({ server, machine, core, count, options }: NodesOptions): Promise<Nodes> {
    const args = [server, JSON.stringify(options)];
    const processes = Array.from(
      { length: count },
      () => new Child<ToServer, FromServer>('servers/main.js', args, { machine, core }),
    );
    const listening = await Promise.all(processes.map((each) => each.next('listening')));
    return new Nodes(
      processes,
      listening.map(({ port }) => port),
    );
  }

  /** @param collect after a garbage collection */
  usages(collect: boolean): Promise<readonly Usage[]> {
    return Promise.all(
      this.processes.map((each) => {
        each.tell({ ask: 'usage', collect });
        return each.next('usage');
      }),
    );
  }

  /** Begins a profile of each. @param file ends it, and begins the names of what is written. */
  async profile(file?: string): Promise<void> {
    await Promise.all(
      this.processes.map((each, i) => {
        const which = this.processes.length === 1 ? '' : `-node${i}`;
        each.tell({ ask: 'profile', ...(file !== undefined && { into: `${file}${which}.cpuprofile` }) });
        return each.next('profiled');
      }),
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.end()));
  }
}
