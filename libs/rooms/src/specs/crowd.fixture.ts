import { startTestRooms, VirtualClock, type TestRoomsOptions } from '@greenroom/testing';
import {
  checkInvariants,
  committed,
  Dice,
  Failpoints,
  nodeWire,
  Participant,
  type Noise,
  type Observation,
  type RoomLog,
  type Violation,
  type WireListener,
} from '@greenroom/testing/faults';
import type { Feed } from '../feed/feed.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { Durability, RoomStore } from '../log/store.js';
import { historyOf, talkKinds, talkModels, talkWorkload } from './talk.fixture.js';

const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve'];
const HOMES = ['talk/a', 'hall/a'];
const VISITS = ['talk/b', 'hall/b'];

/** Events that some are not told of. */
const NOT_FOR_ALL = ['whispered', 'noted'];

/** Longer than any grace, and than what a room has to know waits for it to be back. */
const REST_MS = 65_000;

export interface CrowdOptions {
  readonly seed: number;
  /** Things done, by anybody. @default 250 */
  readonly steps?: number;
  readonly noise?: readonly Noise[];
  /** How often the process is killed, in so many of 1 steps. @default 0.01 */
  readonly kills?: number;
  /** Nothing is expected to come to rest: the build is broken. @default false */
  readonly isBroken?: boolean;
  readonly createNode?: TestRoomsOptions['createNode'];
  /** @default a memory store */
  readonly store?: RoomStore;
  readonly feed?: (feed: Feed) => Feed;
  /** Of the rooms. Those of `memory` have no log to be held against. @default 'fsync' */
  readonly durability?: Durability;
  /** Another process that takes itself for the owner, from the middle on. @default false */
  readonly rival?: boolean;
}

export interface CrowdRun {
  readonly observations: readonly Observation[];
  readonly logs: readonly RoomLog[];
  readonly violations: readonly Violation[];
  /** What the engine reported at level error. */
  readonly errors: readonly string[];
}

/** Some members in some rooms, on virtual time, doing whatever comes; and what does not hold of what they saw. */
export const crowd = async (options: CrowdOptions): Promise<CrowdRun> => {
  const { seed, steps = 250, noise = [], kills = 0.01, createNode, durability = 'fsync' } = options;
  const dice = new Dice(seed);
  const observations: Observation[] = [];
  const observe = (observation: Observation): void => void observations.push(structuredClone(observation));
  const clock = new VirtualClock();
  const kept = options.store ?? new MemoryRoomStore();
  const store = committed(kept, observe);
  let generation = 0;
  const failpoints: Failpoints[] = [];
  const wrap = () => {
    const points = new Failpoints({ seed: seed + (generation += 1), noise });
    failpoints.push(points);
    const { feed = (inner: Feed) => inner } = options;
    return {
      store: (inner: RoomStore) => points.store(inner),
      clock: (inner: typeof clock) => points.clock(inner),
      feed: (inner: Feed) => feed(points.feed(inner)),
    };
  };
  const made = {
    kinds: talkKinds(observe, { durability }),
    store,
    clock,
    seed,
    limits: { snapshotEntries: 12 },
    ...(createNode !== undefined && { createNode }),
  };
  const processes = [await startTestRooms({ ...made, wrap: wrap() })];
  const listeners = new Set<WireListener>();
  let connections = 0;
  const people = PEOPLE.map(
    (id) =>
      new Participant({
        id,
        connect: (listener) => {
          listeners.add(listener);
          connections += 1;
          const { node } = dice.pick(processes);
          return nodeWire(node, `${node.id}-${connections}`, { id, name: id })(listener);
        },
        homes: HOMES,
        visits: VISITS,
        workload: talkWorkload,
        dice: dice.fork(id),
        observe,
        now: () => clock.now(),
      }),
  );
  const kill = async (): Promise<void> => {
    for (const listener of listeners) listener.ended();
    listeners.clear();
    for (const [n, process] of processes.entries())
      processes[n] = await process.kill({ wrap: wrap(), seed: seed + generation });
  };
  const view = async (room: string): Promise<void> => {
    const shown = await dice.pick(processes).node.room(room).view();
    observe({ type: 'viewed', room, view: shown });
  };

  for (let step = 0; step < steps; step += 1) {
    if (options.rival === true && step === Math.floor(steps / 2))
      processes.push(await startTestRooms({ ...made, seed: seed + 1000, wrap: wrap() }));
    if (dice.chance(kills)) await kill();
    else if (dice.chance(0.05)) void view(dice.pick(HOMES)).catch(() => {});
    else if (dice.chance(0.3)) await clock.advance(dice.chance(0.1) ? dice.int(1, 8000) : dice.int(0, 150));
    else dice.pick(people).step();
  }
  for (const points of failpoints) points.calm();
  await rest(people, clock, options.isBroken === true);
  observe({ type: 'quiet' });
  for (const person of people) person.audit();
  await clock.advance(100);
  const logs: RoomLog[] = [];
  for (const address of durability === 'memory' ? [] : [...HOMES, ...VISITS])
    logs.push({ address, historyFor: historyOf(address), entries: await kept.read(address, { limit: 1_000_000 }) });
  return {
    observations,
    logs,
    violations: checkInvariants(observations, logs, {
      models: talkModels,
      directed: { talk: NOT_FOR_ALL, hall: NOT_FOR_ALL },
    }),
    errors: processes.flatMap(({ logged }) =>
      logged.filter(({ level }) => level === 'error').map(({ message, cause }) => `${message}: ${String(cause)}`),
    ),
  };
};

/** Until everybody has all answers, and those who are gone are gone. */
const rest = async (people: readonly Participant[], clock: VirtualClock, isBroken: boolean): Promise<void> => {
  for (const person of people) person.settle();
  for (let round = 0; round < 1000 && people.some(({ isSettled }) => !isSettled); round += 1) {
    for (const person of people) person.step();
    await clock.advance(250);
  }
  const restless = people.filter(({ isSettled }) => !isSettled);
  if (restless.length > 0 && !isBroken)
    throw new Error(`not settled: ${restless.map(({ restlessness }) => restlessness).join(' | ')}`);
  await clock.advance(REST_MS);
};
