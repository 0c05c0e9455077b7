import type { Dice } from '@greenroom/testing/faults';
import type { TestCluster } from '../kit/test-cluster.js';
import { pause } from '../kit/within.js';

/** What happens to a cluster, and how often beside the others. */
const DISRUPTIONS = [
  { what: 'kill -9', weight: 6 },
  { what: 'TERM', weight: 4 },
  { what: 'STOP, CONT', weight: 4 },
  { what: 'Redis cut', weight: 4 },
  { what: 'Redis half-open', weight: 3 },
  { what: 'Redis away', weight: 3 },
  { what: 'Redis slow', weight: 3 },
  { what: 'Redis kill -9', weight: 2 },
  { what: 'clients moved', weight: 5 },
] as const;

export type Disruption = (typeof DISRUPTIONS)[number]['what'];
export const ALL_DISRUPTIONS: readonly Disruption[] = DISRUPTIONS.map(({ what }) => what);

/** Of these any number may go on at once. All others take a node, and one node at least is left alone. */
const ON_NO_NODE: ReadonlySet<Disruption> = new Set(['Redis kill -9', 'clients moved']);
/** What a lease lasts, and a little more: a node that is away for longer has lost its rooms. */
const LONG_MS = 6500;

/** Whether the node that is away comes back before others think it gone, or after. */
const away = (dice: Dice): number => (dice.chance(0.5) ? dice.int(100, 1500) : dice.int(1500, LONG_MS));

/** Breaks parts of a cluster, and mends them a while later. */
export class Disruptor {
  readonly hits = new Map<Disruption, number>(ALL_DISRUPTIONS.map((what) => [what, 0]));
  readonly #busy = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #failed: string[] = [];

  constructor(
    private readonly cluster: TestCluster,
    private readonly dice: Dice,
    private readonly log: (line: string) => void,
  ) {}

  /** Something happens. Returns at once; not always is there a node for it. */
  strike(): void {
    // Those that have not happened yet come first: a short run sees all of them.
    const fresh = DISRUPTIONS.filter(({ what }) => this.hits.get(what) === 0);
    const { what } = this.dice.weighed(fresh.length > 0 ? fresh : DISRUPTIONS);
    if (ON_NO_NODE.has(what)) return this.#begin(what, what, () => this.#onAll(what));
    const free = this.cluster.names.filter((name) => !this.#busy.has(name));
    if (free.length < 2) return;
    const name = this.dice.pick(free);
    this.#begin(what, name, () => this.#on(name, what));
  }

  /** Resolves when all is mended. @returns what could not be, in sentences */
  async over(): Promise<readonly string[]> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    return this.#failed;
  }

  #begin(what: Disruption, where: string, disrupt: () => Promise<void>): void {
    if (this.#busy.has(where)) return;
    this.#busy.add(where);
    this.hits.set(what, (this.hits.get(what) ?? 0) + 1);
    this.log(`${what}${where === what ? '' : ` ${where}`}`);
    const done = disrupt()
      .catch((error: unknown) => void this.#failed.push(`${what} ${where}: ${String(error)}`))
      .finally(() => {
        this.#busy.delete(where);
        this.#underWay.delete(done);
      });
    this.#underWay.add(done);
  }

  async #onAll(what: Disruption): Promise<void> {
    const { redis, cluster } = this.cluster;
    if (what === 'Redis kill -9') {
      await redis.kill();
      await pause(this.dice.int(50, 1500));
      return redis.start();
    }
    const share = this.dice.chance(0.2) ? 1 : 0.3;
    for (const passage of cluster.balancer.passages)
      if (this.dice.chance(share)) passage.cut(this.dice.chance(0.5) ? 'reset' : 'finish');
    return undefined;
  }

  async #on(name: string, what: Disruption): Promise<void> {
    const [node, way, dice] = [this.cluster.node(name), this.cluster.way(name), this.dice.fork(`${name} ${what}`)];
    switch (what) {
      case 'kill -9':
      case 'TERM':
        if (what === 'TERM') node.stop();
        else node.kill();
        await node.ended;
        await pause(dice.int(0, 1500));
        return this.cluster.bringUp(name);
      case 'STOP, CONT':
        node.freeze();
        await pause(away(dice));
        return node.thaw();
      case 'Redis cut':
        return way.cut('reset');
      case 'Redis half-open':
        for (const link of way.links) link.halfOpen();
        await pause(away(dice));
        return way.cut('reset');
      case 'Redis away':
        way.target(undefined);
        way.cut('reset');
        await pause(away(dice));
        return way.target({ port: this.cluster.redis.port });
      case 'Redis slow':
        way.set({ delayMs: dice.int(1, 150), jitterMs: dice.int(0, 100) });
        await pause(dice.int(500, 3000));
        return way.set({});
      case 'Redis kill -9':
      case 'clients moved':
    }
  }
}
