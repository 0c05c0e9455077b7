import { join } from 'node:path';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { Dice, FAILPOINTS, faultProxy, type Failpoint, type FaultProxy } from '@greenroom/testing/faults';
import { Servers } from '../kit/server.js';
import { pause } from '../kit/within.js';
import { assemble, type Crowd } from './crowd.js';
import { Evidence, type Findings } from './evidence.js';
import { generation, NOISE, type Generation } from './plan.js';
import { ProcessUnderTest } from './process-under-test.js';
import { playInScratch, type Scene } from './scratch.js';
import { gust } from './weather.js';

export interface RunOptions {
  /** All that is left to chance follows from it; what is left to the machine does not. */
  readonly seed: number;
  readonly seconds: number;
  readonly rooms: number;
  readonly clients: number;
  /** The repository, built. */
  readonly root: string;
  readonly log?: (line: string) => void;
}

export interface Report extends Findings {
  readonly starts: number;
  readonly hits: ReadonlyMap<Failpoint, number>;
  /** What struck a process down, and how often. */
  readonly strikes: ReadonlyMap<string, number>;
}

const SECRET = 'fault-runs-sign-their-tokens-with-this-secret';
const TICK_MS = 50;
/** Rooms are saved as rarely as there are clients to fill them. */
const CLIENTS_AN_ENTRY = 4;
/** So much longer at most, milliseconds. */
const EXTRA_MS = 45_000;
/** One process lives at least so long, if nothing strikes it. */
const LEAST_MS = 2500;
/** More than a drain may take. */
const END_MS = 15_000;

/** One run: many clients, one server that is struck down again and again, and what does not hold of what they all saw. */
export const run = (options: RunOptions): Promise<Report & { readonly dir: string }> =>
  playInScratch((dir) => new Run(options, dir));

class Run implements Scene<Report> {
  readonly #servers = new Servers();
  readonly #dice: Dice;
  readonly #evidence: Evidence;
  readonly #hits = new Map<Failpoint, number>(FAILPOINTS.map((point) => [point, 0]));
  readonly #strikes = new Map<string, number>();
  readonly #dataDir: string;
  #proxy: FaultProxy | undefined;
  #crowd: Crowd | undefined;
  #starts = 0;

  constructor(
    private readonly options: RunOptions,
    dir: string,
  ) {
    this.#dice = new Dice(options.seed);
    this.#evidence = new Evidence(dir);
    this.#dataDir = join(dir, 'data');
  }

  async play(): Promise<Report> {
    const { seconds, seed, clients } = this.options;
    const proxy = (this.#proxy = await faultProxy({ seed }));
    const quiet = await this.#start();
    const crowd = (this.#crowd = await assemble({
      ...this.options,
      login: quiet.url,
      url: proxy.url,
      dice: this.#dice.fork('crowd'),
      observe: (observation) => this.#evidence.observe(observation),
    }));
    crowd.begin();
    await this.#end(quiet, 'SIGTERM');
    const until = performance.now() + seconds * 1000;
    // A slow machine gets more time, as far as it needs it to reach every failpoint.
    const latest = until + EXTRA_MS;
    for (let n = 0; performance.now() < until || (this.#isMissing && performance.now() < latest); n += 1)
      await this.#live(generation(n + seed, clients, this.#dice.fork(`generation ${n}`)), until);
    await this.#rest(crowd);
    this.#evidence.close();
    return this.#report();
  }

  async close(): Promise<void> {
    this.#crowd?.end();
    await this.#proxy?.close();
    await this.#servers.close();
  }

  /** There is too little to look at yet. The end of a run unloads rooms and drains: for those points nothing waits. */
  get #isMissing(): boolean {
    return (
      this.#evidence.acks < 2 * this.options.clients ||
      this.#missed.some((point) => point !== 'during-passivation' && point !== 'during-drain')
    );
  }

  get #missed(): Failpoint[] {
    return [...this.#hits].flatMap(([point, hits]) => (hits === 0 ? [point] : []));
  }

  /** A process that nothing strikes, unless it is told. */
  async #start(life?: Generation): Promise<ProcessUnderTest> {
    const { root, seed, clients } = this.options;
    this.#starts += 1;
    const server = new ProcessUnderTest(this.#servers, join(root, '.faults/test/faults/server.js'), root, {
      store: { dataDir: this.#dataDir },
      historyEvents: 400,
      secret: SECRET,
      seed: seed * 1000 + this.#starts,
      strikes: life === undefined ? [] : [life.strike],
      noise: life === undefined ? [] : NOISE,
      snapshotEntries: Math.max(5, Math.round(clients / CLIENTS_AN_ENTRY)),
    });
    if (!(await server.isReady())) {
      if (life === undefined) throw new Error(`the server does not start: ${server.stderr}`);
      return server;
    }
    this.#proxy?.target({ port: server.port });
    return server;
  }

  /** One process, from its start to its end. */
  async #live(life: Generation, until: number): Promise<void> {
    const { log = () => {} } = this.options;
    const dice = this.#dice.fork(`life ${this.#starts}`);
    const begun = performance.now();
    const server = await this.#start(life);
    const ready = performance.now();
    // From when it takes traffic: to start takes longer than that on a busy machine.
    const over = Math.min(ready + life.lifeMs, Math.max(until, ready + LEAST_MS));
    while (!server.isOver && performance.now() < over) {
      if (server.takeStop() || dice.chance(0.01)) await this.#hold(server, dice.int(50, 1500));
      if (this.#proxy !== undefined && dice.chance(0.06)) gust(this.#proxy, dice);
      await pause(TICK_MS);
    }
    const told = performance.now();
    await this.#end(server, life.end);
    const { strike } = life;
    const times = [ready - begun, told - ready, performance.now() - told].map(Math.round).join(' + ');
    log(`${strike.action.type} ${strike.point} ${strike.hit}: ${server.strikes.join() || life.end}, ${times} ms`);
  }

  /** STOP, and CONT after a while. */
  async #hold(server: ProcessUnderTest, ms: number): Promise<void> {
    server.signal('SIGSTOP');
    await pause(ms);
    server.signal('SIGCONT');
  }

  async #end(server: ProcessUnderTest, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    server.signal(how);
    const ended = server.ended(END_MS);
    while (!server.isOver) {
      if (server.takeStop()) server.signal('SIGCONT');
      await pause(TICK_MS);
    }
    if (await ended) this.#evidence.faults.push(`a process did not end within ${END_MS} ms of ${how}`);
    this.#proxy?.target(undefined);
    for (const [point, hits] of server.hits) this.#hits.set(point, (this.#hits.get(point) ?? 0) + hits);
    for (const strike of server.strikes) this.#strikes.set(strike, (this.#strikes.get(strike) ?? 0) + 1);
    await this.#look();
  }

  /** Reads the rooms' logs while nobody writes to them. */
  async #look(): Promise<void> {
    await this.#evidence.look(await openLmdbStore({ dir: this.#dataDir }));
  }

  /** Everything is put right, and everybody given time to see that it is. */
  async #rest(crowd: Crowd): Promise<void> {
    this.#proxy?.cut('reset');
    this.#proxy?.set({});
    const server = await this.#start();
    await this.#evidence.rest(crowd);
    await this.#end(server, 'SIGTERM');
  }

  #report(): Report {
    const { faults } = this.#evidence;
    if (this.#missed.length > 0) faults.push(`never hit: ${this.#missed.join(', ')}`);
    return {
      ...this.#evidence.findings(this.#evidence.logs(), this.#crowd),
      starts: this.#starts,
      hits: this.#hits,
      strikes: this.#strikes,
    };
  }
}
