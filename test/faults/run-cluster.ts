import { openRedis } from '@greenroom/redis';
import { Dice, faultProxy, type FaultProxy } from '@greenroom/testing/faults';
import { TestCluster } from '../kit/test-cluster.js';
import { pause } from '../kit/within.js';
import { assemble, type Crowd } from './crowd.js';
import { Evidence, type Findings } from './evidence.js';
import { Disruptor, type Disruption } from './disruptions.js';
import type { RunOptions } from './run.js';
import type { ServerOptions } from './server-options.js';
import { playInScratch, type Scene } from './scratch.js';
import { gust } from './weather.js';

export interface ClusterReport extends Findings {
  readonly starts: number;
  /** How often each thing happened. */
  readonly hits: ReadonlyMap<Disruption, number>;
  /** Epochs in the logs of durable rooms: one for each time that somebody took a room. */
  readonly epochs: number;
}

const SECRET = 'fault-runs-sign-their-tokens-with-this-secret';
const TICK_MS = 50;
/** A node that had no answer before a command's deadline tries again within five seconds. */
const TELLING_MS = 10_000;
/** Between two things that happen, milliseconds. */
const BETWEEN_MS = [300, 1500] as const;
/** Rooms are saved as rarely as there are clients to fill them. */
const CLIENTS_AN_ENTRY = 4;

/** One run: many clients, several nodes of which each is struck again and again, and what does not hold of what they all saw. */
export const runCluster = (
  options: RunOptions & { readonly nodes: number },
): Promise<ClusterReport & { readonly dir: string }> => playInScratch((dir) => new ClusterRun(options, dir));

class ClusterRun implements Scene<ClusterReport> {
  readonly #dice: Dice;
  readonly #evidence: Evidence;
  #cluster: TestCluster | undefined;
  /** Between the clients and the balancer. */
  #proxy: FaultProxy | undefined;
  #crowd: Crowd | undefined;
  #configured = 0;

  constructor(
    private readonly options: RunOptions & { readonly nodes: number },
    dir: string,
  ) {
    this.#dice = new Dice(options.seed);
    this.#evidence = new Evidence(dir);
  }

  async play(): Promise<ClusterReport> {
    const { seconds, seed, nodes, root, log = () => {} } = this.options;
    const main = '.faults/test/faults/server.js';
    const cluster = (this.#cluster = await TestCluster.start({
      count: nodes,
      root,
      main,
      env: (url) => this.#env(url),
      heard: (name, line) => !line.startsWith('{') && log(`${name}: ${line}`),
    }));
    const proxy = (this.#proxy = await faultProxy({ seed, target: { port: cluster.cluster.balancer.port } }));
    const crowd = (this.#crowd = await assemble({
      ...this.options,
      login: cluster.url,
      url: proxy.url,
      dice: this.#dice.fork('crowd'),
      observe: (observation) => this.#evidence.observe(observation),
    }));
    crowd.begin();
    const dice = this.#dice.fork('disruptions');
    const disruptor = new Disruptor(cluster, dice, log);
    const until = performance.now() + seconds * 1000;
    for (let next = 0; performance.now() < until;) {
      if (performance.now() >= next) {
        disruptor.strike();
        next = performance.now() + dice.int(...BETWEEN_MS);
      }
      if (dice.chance(0.06)) gust(proxy, dice);
      await pause(TICK_MS);
    }
    this.#evidence.faults.push(...(await disruptor.over()));
    await this.#rest(cluster, crowd, proxy);
    this.#evidence.close();
    return this.#report(disruptor);
  }

  async close(): Promise<void> {
    this.#crowd?.end();
    await this.#proxy?.close();
    await this.#cluster?.close();
  }

  #env(redisUrl: string): Readonly<Record<string, string>> {
    const { seed, clients } = this.options;
    this.#configured += 1;
    const options: ServerOptions = {
      store: { redisUrl },
      secret: SECRET,
      seed: seed * 1000 + this.#configured,
      strikes: [],
      noise: [],
      snapshotEntries: Math.max(5, Math.round(clients / CLIENTS_AN_ENTRY)),
      // Nothing is let go of: the logs are read at the end alone.
      historyEvents: 1_000_000,
    };
    return { FAULTS: JSON.stringify(options), NODE_ENV: 'test' };
  }

  /** Everything is put right, and everybody given time to see that it is. */
  async #rest(cluster: TestCluster, crowd: Crowd, proxy: FaultProxy): Promise<void> {
    proxy.cut('reset');
    proxy.set({});
    await cluster.ready();
    if (!(await this.#evidence.rest(crowd, TELLING_MS))) return;
    const { store } = await openRedis({ url: cluster.redis.url });
    await this.#evidence.look(store);
  }

  #report({ hits }: Disruptor): ClusterReport {
    const logs = this.#evidence.logs();
    return {
      ...this.#evidence.findings(logs, this.#crowd, ['echo']),
      starts: this.#cluster?.starts ?? 0,
      hits,
      epochs: logs.reduce((sum, { entries }) => sum + new Set(entries.map(({ epoch }) => epoch)).size, 0),
    };
  }
}
