import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../client/load.js';
import type { Stage } from '../run/stage.js';
import { sum, type Used } from '../run/used.js';
import { atRest, nodeMicros, redisPerCommand, saturated } from './cluster-figures.js';
import { ONE_POINT, type Scenario, type Sized } from './scenario.js';
import { NODES } from './setting.js';

const AT_ONCE = 50;
const TEXT_BYTES = 64;
const SETTLE_MS = 1500;
/** Two on each node. */
const MEMBERS = 2 * NODES;
const VISITORS = 50;
const VISITS_AT_ONCE = 8;
/** The rooms are unloaded after a second without members; then they are saved. */
const PASSIVATED_MS = 3000;

const counts: Sized<readonly number[]> = { full: [1, 10, 100], quick: [1, 10, 100], small: [1, 3] };
const steadily: Sized<number> = { full: 300, quick: 300, small: 60 };
const kept: Sized<{ rooms: number; first: number }> = {
  full: { rooms: 5000, first: 500 },
  quick: { rooms: 1000, first: 200 },
  small: { rooms: 50, first: 10 },
};

const still: Sized<readonly number[]> = { full: [100, 1000, 3000], quick: [100, 1000], small: [1, 3] };

const labelled = (numbers: readonly number[]): ReadonlyMap<string, number> =>
  new Map(numbers.map((count) => [count === 1 ? '1 room' : `${count} rooms`, count]));

const countAt = (numbers: readonly number[], point: string): number => {
  const count = labelled(numbers).get(point);
  if (count === undefined) throw new Error(`there is no point ${point}`);
  return count;
};

/** Rooms wherever they come to be, each with members on every node; and what all processes use while nobody says anything. */
const seated = async (stage: Stage, rooms: number, members: number, restMs: number): Promise<Used> => {
  await stage.make('shelf', rooms);
  const nodes = Array.from({ length: NODES }, (_, node) => node);
  const all = Array.from({ length: rooms }, (_, number) => ({ number, members, nodes }));
  await stage.gather({ kind: 'shelf', rooms: all, joins: true, atOnce: AT_ONCE });
  await sleep(SETTLE_MS);
  return stage.rest(restMs);
};

const said = { command: 'say', textBytes: TEXT_BYTES } as const satisfies Partial<Load>;

export const REDIS: readonly Scenario[] = [
  {
    id: 'o',
    title: 'What Redis does for a command',
    about:
      'Three nodes on a Redis; rooms of six, two of them on each node. 300 things a second are said in all rooms together, by members in turn, so that two of three commands come through a node that does not own the room; each is told to six.',
    servers: ['greenroom-ws'],
    points: (size) => [...labelled(counts[size]).keys()],
    keeps: 'redis',
    compares: 'points',
    async measure(stage, { size, warmUpMs, windowMs }, point) {
      const rest = await seated(stage, countAt(counts[size], point), MEMBERS, windowMs);
      const perSecond = steadily[size];
      const pace = { is: 'open', perSecond } as const;
      const steady = await stage.load({ ...said, pace, warmUpMs: 2 * warmUpMs, windowMs: 2 * windowMs });
      return {
        steady: perSecond,
        nodesCpu: sum(nodeMicros(steady, rest)) / steady.commands,
        toldP50: steady.latency.quantile(0.5),
        toldP99: steady.latency.quantile(0.99),
        ...redisPerCommand(steady, rest),
        redisKept: steady.redis.memoryBytes / steady.commands,
        clientBusy: steady.clientBusy * 100,
      };
    },
  },
  {
    id: 'p',
    title: 'What Redis does for a command, at saturation',
    about: 'As o; in each room six commands are on the way at any time, of members who take turns.',
    servers: ['greenroom-ws'],
    points: (size) => [...labelled(counts[size]).keys()],
    keeps: 'redis',
    compares: 'points',
    async measure(stage, { size, warmUpMs, windowMs }, point) {
      const rest = await seated(stage, countAt(counts[size], point), MEMBERS, windowMs);
      const pace = { is: 'closed', inFlight: MEMBERS } as const;
      const full = await stage.load({ ...said, pace, warmUpMs, windowMs });
      const { redisCpu: _, ...redis } = redisPerCommand(full, rest);
      return {
        ...saturated(full),
        p50: full.latency.quantile(0.5),
        p99: full.latency.quantile(0.99),
        ...redis,
        clientBusy: full.clientBusy * 100,
      };
    },
  },
  {
    id: 'q',
    title: 'What Redis keeps of a room',
    about: '5,000 durable rooms are joined, left, saved and unloaded by one node of three.',
    servers: ['greenroom-ws'],
    points: ONE_POINT,
    keeps: 'redis',
    compares: 'points',
    async measure(stage, { size }) {
      const { rooms, first } = kept[size];
      await stage.gather({ kind: 'talk', rooms: [{ number: 0, members: VISITORS }], joins: false, atOnce: VISITORS });
      await stage.visit({ kind: 'ledger', from: rooms, count: first, atOnce: VISITS_AT_ONCE });
      await sleep(PASSIVATED_MS);
      const before = await stage.redisCounts();
      const started = performance.now();
      await stage.visit({ kind: 'ledger', from: 0, count: rooms, atOnce: VISITS_AT_ONCE });
      const seconds = (performance.now() - started) / 1000;
      await sleep(PASSIVATED_MS);
      const after = await stage.redisCounts();
      return {
        roomsPerSecond: rooms / seconds,
        redisRoomBytes: (after.memoryBytes - before.memoryBytes) / rooms,
        redisRoomKeys: (after.keys - before.keys) / rooms,
      };
    },
  },
  {
    id: 'r',
    title: 'Rooms at rest',
    about:
      'Three nodes on a Redis; rooms of three, one of them on each node, in which nobody says anything: what all that is there by itself costs.',
    servers: ['greenroom-ws'],
    points: (size) => [...labelled(still[size]).keys()],
    keeps: 'redis',
    compares: 'points',
    async measure(stage, { size, windowMs }, point) {
      return atRest(await seated(stage, countAt(still[size], point), NODES, 2 * windowMs));
    },
  },
];
