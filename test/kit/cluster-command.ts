import { Servers, type Server } from './server.js';
import { eventually } from './within.js';

/** `npm run cluster` as built, on ports that are free. */
export class ClusterCommand {
  private constructor(
    readonly server: Server,
    /** The load balancer. */
    readonly chat: string,
    readonly page: string,
  ) {}

  /** Resolves when it listens; its nodes may still be starting. */
  static async start(servers: Servers, ...more: readonly string[]): Promise<ClusterCommand> {
    const args = ['dist/cluster/main.js', '--port', '0', '--page-port', '0', ...more];
    const server = servers.spawn(process.execPath, args, {});
    const found = (what: string): string | undefined =>
      new RegExp(`^${what} +(http\\S+)`, 'm').exec(server.stdout)?.[1];
    await eventually('a cluster', () => found('Cluster') !== undefined);
    return new ClusterCommand(server, found('Chat') ?? '', found('Cluster') ?? '');
  }

  /** Of all nodes that it has started so far. */
  get pids(): readonly number[] {
    return [...this.server.stdout.matchAll(/^node-\d+ starting, pid (\d+)$/gm)].map(([, pid]) => Number(pid));
  }

  /** Presses one of the page's buttons: `/nodes/node-1/kill`. @returns the status of the answer */
  async press(path: string, origin = this.page): Promise<number> {
    return (await fetch(`${this.page}${path}`, { method: 'POST', headers: { origin } })).status;
  }
}
