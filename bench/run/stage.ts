import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Seating } from '../client/crowd.js';
import { Histogram } from '../client/histogram.js';
import type { Load } from '../client/load.js';
import type { FromClient, ToClient } from '../client/main.js';
import type { Visits } from '../client/visits.js';
import type { FromServer, ToServer, Usage } from '../servers/main.js';
import type { ServerName } from '../servers/server-name.js';
import { Child } from './child.js';
import type { Machine } from './machine.js';

const SERVER_CORE = 0;

export interface StageOptions {
  readonly server: ServerName;
  readonly machine: Machine;
  /** What it keeps is kept on disk, in a folder that is removed afterwards. */
  readonly onDisk: boolean;
  /** Where CPU profiles of the server go, and what their names begin with. They cost time: its figures are not to be compared. */
  readonly profiles?: string | undefined;
}

/** What came of a load while its window was open. */
export interface Measured {
  readonly seconds: number;
  readonly commands: number;
  readonly deliveries: number;
  /** That told of them. */
  readonly frames: number;
  readonly latency: Histogram;
  readonly answers: Histogram;
  readonly cpuMicros: number;
  /** Share of its core that the server was busy. */
  readonly serverBusy: number;
  /** The same of the busiest load process. */
  readonly clientBusy: number;
}

export interface Arrival {
  readonly seconds: number;
  readonly arrivals: Histogram;
  readonly cpuMicros: number;
}

type Server = Child<ToServer, FromServer>;
type Client = Child<ToClient, FromClient>;

/** One server and those who load it, each a process, from their start to their end. */
export class Stage {
  /** Deliveries that were not right. */
  readonly violations: string[] = [];
  #clients: readonly Client[] = [];

  private constructor(
    readonly server: ServerName,
    private readonly machine: Machine,
    private readonly process: Server,
    private readonly port: number,
    private readonly dataDir: string | undefined,
    private readonly profiles: string | undefined,
  ) {}

  static async set({ server, machine, onDisk, profiles }: StageOptions): Promise<Stage> {
    const dataDir = onDisk ? mkdtempSync(join(tmpdir(), 'greenroom-bench-')) : undefined;
    const options = JSON.stringify(dataDir === undefined ? {} : { dataDir });
    const process: Server = new Child('servers/main.js', [server, options], { machine, core: SERVER_CORE });
    const { port } = await process.next('listening');
    return new Stage(server, machine, process, port, dataDir, profiles);
  }

  /** People connect, and join unless told otherwise. Rooms are shared out among the load processes. */
  async gather(crowd: Omit<Seating, 'server' | 'port'>): Promise<Arrival> {
    const { server, port } = this;
    // The server has a core; of the others each has a load process, as far as there are rooms for them.
    const count = Math.max(1, Math.min(this.machine.cores - 1, crowd.rooms.length));
    this.#clients = Array.from(
      { length: count },
      (_, i) => new Child('client/main.js', [], { machine: this.machine, core: SERVER_CORE + 1 + i }),
    );
    await this.#profile();
    const before = await this.usage();
    for (const [i, client] of this.#clients.entries()) {
      const rooms = crowd.rooms.filter((_room, n) => n % count === i);
      client.tell({ do: 'gather', seating: { ...crowd, server, port, rooms } });
    }
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
    const before = await this.usage();
    await this.#all('shut');
    const after = await this.usage();
    await this.#profile(pace.is);
    const done = await this.#all('done');
    for (const { violations, violationCount } of done) {
      this.violations.push(...violations);
      if (violationCount > violations.length) this.violations.push(`and ${violationCount - violations.length} more`);
    }
    const seconds = Math.max(...done.map((tally) => tally.seconds));
    // The server tells what it has used when it comes to it: a little after the window opens, and a little after it shuts.
    const used = ((after.cpuMicros - before.cpuMicros) * seconds * 1000) / (after.at - before.at);
    return {
      seconds,
      commands: done.reduce((sum, { commands }) => sum + commands, 0),
      deliveries: done.reduce((sum, { deliveries }) => sum + deliveries, 0),
      frames: done.reduce((sum, { frames }) => sum + frames, 0),
      latency: Histogram.sum(done.map(({ latency }) => latency)),
      answers: Histogram.sum(done.map(({ answers }) => answers)),
      cpuMicros: used,
      serverBusy: used / 1e6 / seconds,
      clientBusy: Math.max(...done.map(({ busy }) => busy)),
    };
  }

  /** Those who are gathered go through rooms; whoever is alone does it alone. */
  async visit(visits: Visits): Promise<void> {
    const [client] = this.#clients;
    client?.tell({ do: 'visit', visits });
    await client?.next('visited');
  }

  /** @param collect after a garbage collection */
  async usage(collect = false): Promise<Usage> {
    this.process.tell({ ask: 'usage', collect });
    return this.process.next('usage');
  }

  async strike(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()));
    await this.process.end();
    if (this.dataDir !== undefined) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Begins a profile; with a name, ends it. */
  async #profile(name?: string): Promise<void> {
    if (this.profiles === undefined) return;
    this.process.tell({ ask: 'profile', ...(name !== undefined && { into: `${this.profiles}-${name}.cpuprofile` }) });
    await this.process.next('profiled');
  }

  #all<K extends FromClient['is']>(is: K): Promise<Extract<FromClient, { is: K }>[]> {
    return Promise.all(this.#clients.map((client) => client.next(is)));
  }
}
