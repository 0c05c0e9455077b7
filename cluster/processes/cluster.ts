import { Balancer } from '../balancer/balancer.js';
import { NodeProcess, type NodeWatcher, type Program } from './node-process.js';

export interface ClusterOptions {
  readonly nodes: number;
  /** Of the balancer; 0 lets the system choose. @default 0 */
  readonly port?: number;
  /** What the node of that name runs. */
  readonly program: (name: string) => Program;
  readonly watcher?: NodeWatcher;
}

/** What a node gets for ending in good order, milliseconds: more than it takes to drain. */
const END_MS = 15_000;

/** Nodes of one app and the balancer before them, all on this machine, and on its loopback alone. */
export class Cluster {
  private constructor(
    readonly balancer: Balancer,
    readonly nodes: readonly NodeProcess[],
  ) {}

  /** The balancer listens when it resolves. The nodes are to be started. */
  static async open({ nodes, port = 0, program, watcher = {} }: ClusterOptions): Promise<Cluster> {
    const balancer = await Balancer.listen({ port });
    const changed = (node: NodeProcess): void => {
      // That one has ended it is not told: it finds out, as any balancer has to.
      if (node.state.is === 'starting' || node.state.is === 'listening')
        balancer.backend(node.name).listensOn(node.port);
      watcher.changed?.(node);
    };
    const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
    return new Cluster(
      balancer,
      names.map((name) => new NodeProcess(name, program(name), { ...watcher, changed })),
    );
  }

  start(): void {
    for (const node of this.nodes) node.start();
  }

  node(name: string): NodeProcess | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  /** Ends everything in good order; nodes that are killed meanwhile are not waited for. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end(END_MS)));
    await this.balancer.close();
  }
}
