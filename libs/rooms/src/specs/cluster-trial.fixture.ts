import { TestCluster, type TestClusterNode } from '@greenroom/testing';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { RoomStore } from '../log/store.js';
import { Talker } from './cluster-life.fixture.js';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const TALKERS = 4;

export type Step =
  | { readonly type: 'say'; readonly who: number; readonly count: number }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'start' }
  | { readonly type: 'move'; readonly who: number }
  | { readonly type: 'deaf' | 'blip'; readonly node: number; readonly ms: number }
  | { readonly type: 'kill' | 'cut' | 'lapse' | 'back' | 'drain'; readonly node: number };

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('say' as const),
      who: fc.nat(TALKERS - 1),
      count: fc.constantFrom(1, 4, 8),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(5, 50, 300, 2500, 7000) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('start' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('move' as const), who: fc.nat(TALKERS - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('deaf' as const, 'blip' as const),
      node: fc.nat(5),
      ms: fc.constantFrom(1, 5, 20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('kill' as const, 'cut' as const, 'lapse' as const, 'back' as const, 'drain' as const),
      node: fc.nat(5),
    }),
  },
);

const isWell = ({ isCutOff, isUnaware }: TestClusterNode): boolean => !isCutOff && !isUnaware;

/** Nodes, people who talk over them, and what befalls the nodes. */
export class Trial {
  readonly cluster: TestCluster;
  readonly #talkers: Talker[];

  constructor(
    delays: readonly number[],
    private readonly hits: Map<string, number>,
    store?: RoomStore,
  ) {
    let n = 0;
    const delayMs = (): number => delays[(n += 1) % delays.length] ?? 0;
    this.cluster = new TestCluster({ kinds: () => [lab()], delayMs, ...(store && { store }) });
    this.#talkers = Array.from({ length: TALKERS }, (_, i) => new Talker(i, A, this.cluster));
  }

  async begin(): Promise<void> {
    for (let i = 0; i < 3; i += 1) await this.cluster.start();
    for (const talker of this.#talkers) talker.say(1);
    await this.pass(1000);
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case 'say':
        this.#talkers[step.who]?.say(step.count);
        return;
      case 'wait':
        return this.pass(step.ms);
      case 'start':
        if (this.#live.length < 5) await this.cluster.start();
        return;
      case 'move':
        this.#hit('move');
        this.#talkers[step.who]?.move();
        return;
      case 'back':
        return this.#back(this.#live.filter((node) => !isWell(node))[step.node]);
      case 'deaf':
      case 'blip':
        return this.#disturb(step.type, this.#well[step.node], step.ms);
      default:
        return this.#strike(step.type, this.#well[step.node]);
    }
  }

  /** All that is wrong is mended. */
  async end(): Promise<void> {
    for (const node of this.#live) if (!isWell(node)) this.#back(node);
    if (this.#well.length === 0) await this.cluster.start();
    await this.pass(70_000);
    for (const talker of this.#talkers) talker.say(1);
    await this.pass(20_000);
    const log = await this.cluster.store.read(A, { limit: 100_000 });
    for (const [i, { epoch, seq }] of log.entries()) {
      const last = log[i - 1];
      if (last !== undefined) expect([epoch >= last.epoch, seq]).toEqual([true, last.last + 1]);
    }
    const said = log.flatMap(({ events }) =>
      events.flatMap(({ name, data }) => (name === 'said' ? [(data as { text: string }).text] : [])),
    );
    expect(new Set(said).size).toBe(said.length);
    for (const talker of this.#talkers) {
      expect(new Set(talker.acked)).toEqual(new Set(talker.saying));
      expect(new Set(said.filter((text) => text.startsWith(`${talker.id} `)))).toEqual(new Set(talker.saying));
      for (const asked of talker.atOnce) expect(said.filter((text) => asked.includes(text))).toEqual(asked);
      expect(talker.told).toEqual(said);
    }
    const owners = this.#live.filter(({ node }) => [...node.rooms()].length > 0);
    expect(owners.length).toBeLessThanOrEqual(1);
    for (const { node } of this.#live) void node.drain();
    await this.cluster.clock.advance(20_000);
  }

  /** In small pieces, so that those who talk take in what they are told. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await this.cluster.clock.advance(Math.min(left, 500));
      for (const talker of this.#talkers) talker.look();
    }
  }

  get #live(): readonly TestClusterNode[] {
    return this.cluster.nodes.filter(({ isDead, isRetired }) => !isDead && !isRetired);
  }

  get #well(): readonly TestClusterNode[] {
    return this.#live.filter(isWell);
  }

  #back(node: TestClusterNode | undefined): void {
    if (node === undefined) return;
    this.#hit('back');
    node.comeBack();
  }

  /** It is over before anybody else notices. */
  #disturb(how: 'deaf' | 'blip', node: TestClusterNode | undefined, ms: number): void {
    if (node === undefined) return;
    this.#hit(how);
    if (how === 'deaf') node.isDeaf = true;
    else node.cutOff();
    this.cluster.clock.after(ms, () => {
      node.isDeaf = false;
      if (how === 'blip' && node.isCutOff) node.comeBack();
    });
  }

  #strike(how: 'kill' | 'cut' | 'lapse' | 'drain', node: TestClusterNode | undefined): void {
    if (node === undefined || this.#well.length < 2) return;
    this.#hit(how);
    if (how === 'cut') return node.cutOff();
    if (how === 'lapse') return node.lapse();
    if (how === 'drain') void node.node.drain();
    else node.kill();
    for (const talker of this.#talkers) talker.nodeIsGone(node);
  }

  #hit(name: string): void {
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1);
  }
}
