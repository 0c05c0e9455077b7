import { openRedis } from '@greenroom/redis';
import type { Entry } from '@greenroom/rooms';
import { faultProxy, type FaultProxy } from '@greenroom/testing/faults';
import { RedisServer } from '#redis-server';
import { Cluster } from '../../cluster/processes/cluster.js';
import type { NodeProcess } from '../../cluster/processes/node-process.js';
import { activityOf, type Activity } from '../../cluster/watch/activity.js';
import { ROOT, type Environment } from './server.js';
import { eventually, within } from './within.js';

export interface TestClusterOptions {
  /** @default 3 */
  readonly count?: number;
  /** The repository. @default where this file is */
  readonly root?: string;
  /** What each runs, from the repository. @default the demo as built */
  readonly main?: string;
  /** Of a node, beside its port. @default what the demo needs to be one of them */
  readonly env?: (redisUrl: string, name: string) => Environment;
  /** Nodes speak with Redis itself: there is no way in between that can be broken, or takes time. @default false */
  readonly isDirect?: boolean;
  /** Is told each line that a node writes. */
  readonly heard?: (name: string, line: string) => void;
}

const TOKEN = 'an operator of these nodes';
const SECRET = 'nodes-of-one-spec-know-the-tokens-of-each-other';
/** What the demo needs to be one of the nodes. */
export const demo = (redisUrl: string): Environment => ({
  REDIS_URL: redisUrl,
  JWT_SECRET: SECRET,
  OPERATOR_TOKEN: TOKEN,
  RATE_LIMIT: 'off',
});

/** Some nodes, each a process with a way of its own to their one Redis, and a load balancer before them. All of it can be broken. */
export class TestCluster {
  private constructor(
    readonly redis: RedisServer,
    readonly cluster: Cluster,
    private readonly ways: ReadonlyMap<string, FaultProxy>,
  ) {}

  /** Resolves when all of them take traffic. */
  static async start({
    count = 3,
    main = 'dist/main.js',
    env = demo,
    root = ROOT,
    isDirect = false,
    heard = () => {},
  }: TestClusterOptions = {}): Promise<TestCluster> {
    const redis = await RedisServer.start();
    const names = Array.from({ length: count }, (_, i) => `node-${i + 1}`);
    const target = { port: redis.port };
    const wayOf = async (name: string): Promise<[string, FaultProxy]> => [name, await faultProxy({ target })];
    const ways = new Map(await Promise.all(isDirect ? [] : names.map(wayOf)));
    const cluster = await Cluster.open({
      nodes: count,
      watcher: { said: ({ name }, line) => heard(name, line) },
      program: (name) => ({
        args: ['--enable-source-maps', main],
        cwd: root,
        env: env(`redis://127.0.0.1:${ways.get(name)?.port ?? redis.port}`, name),
      }),
    });
    const nodes = new TestCluster(redis, cluster, ways);
    cluster.start();
    try {
      await nodes.ready();
    } catch (error) {
      await nodes.close();
      throw error;
    }
    return nodes;
  }

  /** Processes that were started so far. */
  get starts(): number {
    return this.cluster.nodes.reduce((sum, { starts }) => sum + starts, 0);
  }

  /** What clients connect to. */
  get url(): string {
    return this.cluster.balancer.url;
  }

  get names(): readonly string[] {
    return this.cluster.nodes.map(({ name }) => name);
  }

  node(name: string): NodeProcess {
    const node = this.cluster.node(name);
    if (node === undefined) throw new Error(`there is no ${name}`);
    return node;
  }

  /** Between the node and Redis. */
  way(name: string): FaultProxy {
    const way = this.ways.get(name);
    if (way === undefined) throw new Error(`${name} has no way to Redis that can be broken`);
    return way;
  }

  /** Those nodes take traffic. Rejects when one ends instead. */
  async ready(names: readonly string[] = this.names): Promise<void> {
    const { balancer } = this.cluster;
    await eventually(`${names.join()} ready`, () => {
      for (const { name, state } of names.map((each) => this.node(each)))
        if (state.is === 'died') throw new Error(`${name} has ended by itself: ${state.lastWords}`);
      return names.every((name) => balancer.backend(name).takesTraffic);
    });
  }

  /** Starts a node that has ended, again when it does not come up: as whoever runs nodes does. Without Redis none does. */
  async bringUp(name: string): Promise<void> {
    const node = this.node(name);
    const isUp = (): boolean => this.cluster.balancer.backend(name).takesTraffic;
    await eventually(`${name} up`, () => {
      if (!node.isRunning) node.start();
      return isUp();
    });
  }

  /** All nodes take traffic again, whatever has happened to them. */
  async mend(): Promise<void> {
    for (const node of this.cluster.nodes) {
      node.thaw();
      if (node.state.is === 'stopping') await node.ended;
    }
    for (const name of this.names) await this.bringUp(name);
  }

  /** Whoever connects meanwhile gets to that node. */
  async onto<T>(name: string, work: () => Promise<T>): Promise<T> {
    const others = this.names.filter((each) => each !== name).map((each) => this.cluster.balancer.backend(each));
    for (const other of others) other.hold(true);
    try {
      return await work();
    } finally {
      for (const other of others) other.hold(false);
    }
  }

  /** What a node says that it does. */
  async activity(name: string): Promise<Activity> {
    let activity: Activity | undefined;
    // On a busy machine it may take longer than who asks once waits.
    await eventually(`${name} to say what it does`, async () => {
      const { port } = this.node(name);
      if (port === undefined) throw new Error(`${name} does not listen`);
      activity = await activityOf(port, TOKEN);
      return activity !== undefined;
    });
    if (activity === undefined) throw new Error(`${name} does not say what it does`);
    return activity;
  }

  /** The node that has the room, by what those say that run. */
  async ownerOf(room: string): Promise<string> {
    for (const [name, { rooms }] of await this.#activities())
      if (rooms.some(({ address }) => address === room)) return name;
    throw new Error(`nobody has ${room}`);
  }

  /** Everybody's connection has ended, and so has what was under way on it. */
  async isLeft(): Promise<boolean> {
    return [...(await this.#activities()).values()].every(({ connections }) => connections === 0);
  }

  /** The room's log, as Redis has it. */
  async log(room: string): Promise<readonly Entry[]> {
    const [log = []] = await this.logs([room]);
    return log;
  }

  /** Logs of rooms, as Redis has them. */
  async logs(rooms: readonly string[]): Promise<readonly (readonly Entry[])[]> {
    const ports = await openRedis({ url: this.redis.url });
    try {
      return await Promise.all(rooms.map((room) => ports.store.read(room, { limit: 1_000_000 })));
    } finally {
      await ports.close();
    }
  }

  /** Nothing of it is left, whatever state it was in. */
  async close(): Promise<void> {
    for (const node of this.cluster.nodes) node.kill();
    await within('the end of all nodes', this.cluster.close());
    await Promise.all([...this.ways.values()].map((way) => way.close()));
    await this.redis.close();
  }

  /** Of the nodes that run. */
  async #activities(): Promise<ReadonlyMap<string, Activity>> {
    const running = this.cluster.nodes.filter(({ state }) => state.is === 'listening');
    return new Map(await Promise.all(running.map(async ({ name }) => [name, await this.activity(name)] as const)));
  }
}
