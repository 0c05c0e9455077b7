import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seating } from '../client/crowd.js';
import { Histogram } from '../client/histogram.js';
import type { Load } from '../client/load.js';
import type { FromClient, ToClient } from '../client/main.js';
import type { Visits } from '../client/visits.js';
import { NODES, type Keeping } from '../scenarios/setting.js';
import { HOST } from '../servers/bench-server.js';
import type { Usage } from '../servers/main.js';
import type { ServerName } from '../servers/server-name.js';
import { Child } from './child.js';
import type { Machine } from './machine.js';
import { Nodes } from './nodes.js';
import { BenchRedis, type RedisCounts } from './redis.js';
import { sum, usedBetween, type Reading, type Used } from './used.js';

const SERVER_CORE = 0;

export interface StageOptions {
  readonly server: ServerName;
  readonly machine: Machine;
  /** What is on disk is removed afterwards. */
  readonly keeps: Keeping;
  /** Where CPU profiles of the server go, and what their names begin with. They cost time: its figures are not to be compared. */
  readonly profiles?: string | undefined;
}

/** Who is to be where. */
export interface Gathering extends Omit<Seating, 'server' | 'rooms'> {
  readonly rooms: readonly {
    readonly number: number;
    readonly members: number;
    /** The nodes that they are on: as many members on each. @default the first */
    readonly nodes?: readonly number[];
  }[];
}

/** What came of a load while its window was open. */
export interface Measured extends Used {
  readonly commands: number;
  readonly deliveries: number;
  /** That told of them. */
  readonly frames: number;
  readonly latency: Histogram;
  readonly answers: Histogram;
  /** Of all nodes. */
  readonly cpuMicros: number;
  /** Share of a core that the server was busy. */
  readonly serverBusy: number;
  /** The same of the busiest load process. */
  readonly clientBusy: number;
}

export interface Arrival {
  readonly seconds: number;
  readonly arrivals: Histogram;
  readonly cpuMicros: number;
}

type Client = Child<ToClient, FromClient>;

/** One server, or nodes of it on a Redis, and those who load it, each a process, from their start to their end. */
export class Stage {
  /** Deliveries that were not right. */
  readonly violations: string[] = [];
  #clients: readonly Client[] = [];

  private constructor(
    readonly server: ServerName,
    private readonly machine: Machine,
    private readonly nodes: Nodes,
    private readonly dataDir: string | undefined,
    private readonly redis: BenchRedis | undefined,
    private readonly profiles: string | undefined,
  ) {}

  static async set({ server, machine, keeps, profiles }: StageOptions): Promise<Stage> {
    const dataDir = keeps === 'disk' ? mkdtempSync(join(tmpdir(), 'greenroom-bench-')) : undefined;
    const redis = keeps === 'redis' ? await BenchRedis.start(machine, SERVER_CORE) : undefined;
    const options = { ...(dataDir !== undefined && { dataDir }), ...(redis !== undefined && { redisUrl: redis.url }) };
    const count = redis === undefined ? 1 : NODES;
    const nodes = await Nodes.start({ server, machine, core: SERVER_CORE, count, options });
    return new Stage(server, machine, nodes, dataDir, redis, profiles);
  }

  /** Makes rooms r0, r1, ... @returns the node that owns each. */
  async make(kind: Gathering['kind'], count: number): Promise<readonly number[]> {
    const [first] = this.nodes.ports;
    const made = await fetch(`http://${HOST}:${first}/placement/${kind}/${count}`, { method: 'POST' });
    if (!made.ok) throw new Error(`rooms could not be made: ${await made.text()}`);
    const owned = await Promise.all(
      this.nodes.ports.map(
        async (port) => (await (await fetch(`http://${HOST}:${port}/placement`)).json()) as string[],
      ),
    );
    return Array.from({ length: count }, (_, number) => owned.findIndex((all) => all.includes(`${kind}/r${number}`)));
  }

  /** People connect, and join unless told otherwise. Rooms are shared out among the load processes. */
  async gather({ rooms: all, ...crowd }: Gathering): Promise<Arrival> {
    const { server } = this;
    const rooms = all.map(({ number, members, nodes = [0] }) => ({
      number,
      members,
      ports: nodes.flatMap((node) => this.nodes.ports[node] ?? []),
    }));
    // The server has a core; of the others each has a load process, as far as there are rooms for them.
    const count = Math.max(1, Math.min(this.machine.cores - 1, rooms.length));
    this.#clients = Array.from(
      { length: count },
      (_, i) => new Child('client/main.js', [], { machine: this.machine, core: SERVER_CORE + 1 + i }),
    );
    await this.#profile();
    const before = await this.usage();
    for (const [i, client] of this.#clients.entries())
      client.tell({
        do: 'gather',
        seating: { ...crowd, server, rooms: rooms.filter((_room, n) => n % count === i) },
      });
    const gathered = await this.#all('gathered');
    const { cpuMicros } = await this.usage();
    await this.#profile('gather');
    return {
      seconds: Math.max(...gathered.map(({ seconds }) => seconds)),
      arrivals: Histogram.sum(gathered.map(({ arrivals }) => arrivals)),
      cpuMicros: cpuMicros - before.cpuMicros,
    };
  }

  async load(load: Load): Promise<Measured> {
    const share = 1 / this.#clients.length;
    const { pace } = load;
    const own: Load = pace.is === 'closed' ? load : { ...load, pace: { ...pace, perSecond: pace.perSecond * share } };
    for (const client of this.#clients) client.tell({ do: 'load', load: own });
    await this.#all('open');
    await this.#profile();
    const before = await this.#reading();
    await this.#all('shut');
    const after = await this.#reading();
    await this.#profile(pace.is);
    const done = await this.#all('done');
    for (const { violations, violationCount } of done) {
      this.violations.push(...violations);
      if (violationCount > violations.length) this.violations.push(`and ${violationCount - violations.length} more`);
    }
    const seconds = Math.max(...done.map((tally) => tally.seconds));
    const used = usedBetween(before, after, seconds);
    const cpuMicros = sum(used.nodeMicros);
    return {
      ...used,
      commands: sum(done.map(({ commands }) => commands)),
      deliveries: sum(done.map(({ deliveries }) => deliveries)),
      frames: sum(done.map(({ frames }) => frames)),
      latency: Histogram.sum(done.map(({ latency }) => latency)),
      answers: Histogram.sum(done.map(({ answers }) => answers)),
      cpuMicros,
      serverBusy: cpuMicros / 1e6 / seconds,
      clientBusy: Math.max(...done.map(({ busy }) => busy)),
    };
  }

  /** Nobody asks for anything. */
  async rest(ms: number): Promise<Used> {
    const before = await this.#reading();
    await sleep(ms);
    return usedBetween(before, await this.#reading(), ms / 1000);
  }

  /** Those who are gathered go through rooms; whoever is alone does it alone. */
  async visit(visits: Visits): Promise<void> {
    const [client] = this.#clients;
    client?.tell({ do: 'visit', visits });
    await client?.next('visited');
  }

  /** Of the first node. @param collect after a garbage collection */
  async usage(collect = false): Promise<Usage> {
    const [usage] = await this.nodes.usages(collect);
    if (usage === undefined) throw new Error('there is no server');
    return usage;
  }

  /** What Redis says of itself. */
  async redisCounts(): Promise<RedisCounts> {
    if (this.redis === undefined) throw new Error('there is no Redis');
    return this.redis.counts();
  }

  async strike(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
    await this.nodes.end();
    await this.redis?.close();
    if (this.dataDir !== undefined) rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #reading(): Promise<Reading> {
    const [nodes, redis] = await Promise.all([this.nodes.usages(false), this.redis?.counts()]);
    return { nodes, redis };
  }

  /** Begins a profile; with a name, ends it. */
  async #profile(name?: string): Promise<void> {
    if (this.profiles === undefined) return;
    await this.nodes.profile(name === undefined ? undefined : `${this.profiles}-${name}`);
  }

  #all<K extends FromClient['is']>(is: K): Promise<Extract<FromClient, { is: K }>[]> {
    return Promise.all(this.#clients.map((client) => client.next(is)));
  }
}
