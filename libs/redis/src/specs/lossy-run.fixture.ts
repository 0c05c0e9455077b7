import { expect } from '@jest/globals';
import { MemoryRoomStore, type Clock, type RoomStore } from '@greenroom/rooms';
import { TestCluster } from '@greenroom/testing';
import {
  checkInvariants,
  committed,
  Dice,
  nodeWire,
  Participant,
  type Model,
  type Observation,
  type Violation,
  type WireListener,
  type Workload,
} from '@greenroom/testing/faults';
import { RedisFeed } from '../feed/redis-feed.js';
import type { Log } from '../feed/station.js';
import { KeptStore } from '../store/kept-store.js';
import { Subscriptions } from '../subscriptions.js';
import { LossyChannels } from './lossy-channels.fixture.js';
import { talk } from './nodes.fixture.js';

const ROOMS = ['talk/a', 'talk/b'];
const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];
const STEPS = 400;
const HEADS_MS = 1000;
/** Longer than any grace, and than heads are compared in. */
const REST_MS = 40_000;

const workload: Workload = {
  talk: [{ weight: 1, make: ({ token }) => ({ name: 'say', data: { text: token }, token }) }],
};
const said: Model<readonly string[]> = {
  from: (view) => (view as { readonly said: readonly string[] } | undefined)?.said ?? [],
  apply: (texts, { name, data }) => (name === 'said' ? [...texts, (data as { readonly text: string }).text] : texts),
  show: (texts) => texts,
};

export interface LossyRun {
  readonly violations: readonly Violation[];
  readonly lost: number;
  readonly acked: number;
}

/** A node's own store and feed. */
const portsOn = (
  channels: LossyChannels,
  { clock, store, name, logOf }: { clock: Clock; store: RoomStore; name: number; logOf: (log: Log) => Log },
) => {
  const { sender: redis, heads, keys } = channels;
  const report = (error: unknown): never => {
    throw error;
  };
  const kept = new KeptStore(store, heads, {
    onClaimed: (address, span) => feed.announce(address, span),
    onFenced: () => {},
    release: async () => {},
  });
  const subscriptions = new Subscriptions(channels.connection(), report);
  const isTold = (): boolean => false;
  const log = logOf(kept);
  const feed = new RedisFeed({
    redis,
    subscriptions,
    keys,
    clock,
    log,
    heads,
    name,
    headsMs: HEADS_MS,
    isTold,
    report,
  });
  return { store: kept, feed };
};

/** People who talk over three nodes whose messages are lost, of which one is killed; what does not hold of what they saw. */
export const lossyRun = async (seed: number, logOf: (log: Log) => Log = (log) => log): Promise<LossyRun> => {
  const dice = new Dice(seed);
  const observations: Observation[] = [];
  const observe = (observation: Observation): void => void observations.push(structuredClone(observation));
  const store = committed(new MemoryRoomStore(), observe);
  let names = 0;
  const ports = (clock: Clock) => portsOn(channels, { clock, store, name: (names += 1), logOf });
  const cluster: TestCluster = new TestCluster({
    kinds: () => [talk({ graceMs: 3000, passivateAfterMs: 5000 })],
    seed,
    store,
    ports,
  });
  const { clock } = cluster;
  const channels = new LossyChannels(clock, dice.fork('channels'));
  for (let i = 0; i < 3; i += 1) await cluster.start();

  const connected = new Map<WireListener, unknown>();
  let connections = 0;
  const people = PEOPLE.map(
    (id) =>
      new Participant({
        id,
        connect: (listener) => {
          const { node } = dice.pick(cluster.present.filter(({ isDead }) => !isDead));
          connected.set(listener, node);
          return nodeWire(node, `${node.id}-${(connections += 1)}`, { id, name: id })(listener);
        },
        homes: ROOMS,
        workload,
        dice: dice.fork(id),
        observe,
        now: () => clock.now(),
      }),
  );
  channels.share = 0.2;
  for (let step = 0; step < STEPS; step += 1) {
    if (step === STEPS / 2) {
      const dead = cluster.nodes.find(({ node }) => node.active > 0);
      dead?.kill();
      for (const [listener, node] of connected) if (node === dead?.node) listener.ended();
    } else if (dice.chance(0.3)) await clock.advance(dice.int(0, 150));
    else dice.pick(people).step();
  }
  for (const person of people) person.settle();
  for (let round = 0; round < 1000 && people.some(({ isSettled }) => !isSettled); round += 1) {
    for (const person of people) person.step();
    await clock.advance(250);
  }
  expect(people.filter(({ isSettled }) => !isSettled).map(({ restlessness }) => restlessness)).toEqual([]);
  // Nothing follows by which it could be noticed.
  channels.share = 1;
  for (const address of ROOMS) {
    const last = dice.pick(cluster.present).node.room(address);
    void last.send('say', { text: 'the last word' }, { as: { id: 'system', name: 'System' } });
  }
  await clock.advance(REST_MS);
  observe({ type: 'quiet' });
  for (const person of people) person.audit();
  await clock.advance(100);
  const logs = await Promise.all(
    ROOMS.map(async (address) => ({
      address,
      historyFor: 'all' as const,
      entries: await store.read(address, { limit: 1_000_000 }),
    })),
  );
  return {
    violations: checkInvariants(observations, logs, { models: { talk: said } }),
    lost: channels.lost,
    acked: observations.filter(({ type }) => type === 'acked').length,
  };
};
