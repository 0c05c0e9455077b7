import { setTimeout as sleep } from 'node:timers/promises';
import type { Load } from '../client/load.js';
import type { Gathering, Stage } from '../run/stage.js';
import { sum } from '../run/used.js';
import { nodeMicros, nodesPerCommand, redisPerCommand, saturated } from './cluster-figures.js';
import type { Scenario, Sized } from './scenario.js';
import { NODES } from './setting.js';

const AT_ONCE = 50;
const TEXT_BYTES = 64;
/** Until nobody hears of those who came any more. */
const SETTLE_MS = 1500;

/** So many rooms, all of one node, are among so many times as many. */
const SPARE = 6;

interface Shape {
  readonly rooms: number;
  readonly members: number;
  /** Commands offered, of all rooms together. */
  readonly perSecond: number;
}

const asked: Sized<Shape> = {
  full: { rooms: 20, members: 5, perSecond: 300 },
  quick: { rooms: 20, members: 5, perSecond: 300 },
  small: { rooms: 2, members: 2, perSecond: 100 },
};
const told: Sized<Shape> = {
  full: { rooms: 10, members: 30, perSecond: 150 },
  quick: { rooms: 10, members: 30, perSecond: 150 },
  small: { rooms: 2, members: 6, perSecond: 60 },
};

/** Numbers of rooms that one node owns; that node, and then the others. */
const roomsOfOneNode = async (
  stage: Stage,
  kind: Gathering['kind'],
  count: number,
): Promise<{ readonly numbers: readonly number[]; readonly nodes: readonly number[] }> => {
  const owners = await stage.make(kind, count * SPARE);
  const all = Array.from({ length: NODES }, (_, node) => node);
  const ownedBy = (node: number): number[] => owners.flatMap((owner, number) => (owner === node ? [number] : []));
  const nodes = all.toSorted((one, other) => ownedBy(other).length - ownedBy(one).length);
  const numbers = ownedBy(nodes[0] ?? 0).slice(0, count);
  if (numbers.length < count) throw new Error('no node owns enough rooms');
  return { numbers, nodes };
};

/** Where members are: `0` is the owner of their room. */
type Places = readonly number[];

/** Rooms of one node, their members where they are to be, and what all processes use while nobody says anything. */
const seated = async (
  stage: Stage,
  kind: Gathering['kind'],
  { rooms, members }: Shape,
  places: Places,
  restMs: number,
) => {
  const { numbers, nodes } = await roomsOfOneNode(stage, kind, rooms);
  const on = places.flatMap((place) => nodes[place] ?? []);
  await stage.gather({
    kind,
    rooms: numbers.map((number) => ({ number, members, nodes: on })),
    joins: true,
    atOnce: AT_ONCE,
  });
  await sleep(SETTLE_MS);
  return { owner: nodes[0] ?? 0, rest: await stage.rest(restMs) };
};

const WAYS = new Map<string, Places>([
  ['the owner', [0]],
  ['another node', [1]],
]);

const SPREADS = new Map<string, Places>([
  ['the owner', [0]],
  ['2 nodes', [0, 1]],
  ['3 nodes', [0, 1, 2]],
]);

const found = <T>(all: ReadonlyMap<string, T>, point: string): T => {
  const one = all.get(point);
  if (one === undefined) throw new Error(`there is no point ${point}`);
  return one;
};

interface Asking extends Pick<Scenario, 'id' | 'title'> {
  readonly kind: Gathering['kind'];
  readonly kept: string;
}

const asking = ({ id, title, kind, kept }: Asking): Scenario => ({
  id,
  title,
  about: `Three nodes on a Redis. 100 members of 20 rooms, ${kept}, that one node owns, all connected to it, or all to another; they ask for 300 sums a second, which nobody else hears of. At saturation each asks for the next one as soon as it is answered.`,
  servers: ['greenroom-ws'],
  points: () => [...WAYS.keys()],
  keeps: 'redis',
  compares: 'points',
  async measure(stage, { size, warmUpMs, windowMs }, point) {
    const shape = asked[size];
    const { owner, rest } = await seated(stage, kind, shape, found(WAYS, point), windowMs);
    const pace = { is: 'closed', inFlight: shape.members } as const;
    const load: Load = { command: 'add', pace, textBytes: 0, warmUpMs, windowMs };
    const full = await stage.load(load);
    const { perSecond } = shape;
    const steady = await stage.load({ ...load, pace: { is: 'open', perSecond }, windowMs: 2 * windowMs });
    return {
      steady: perSecond,
      ...nodesPerCommand(steady, rest, owner),
      ackP50: steady.answers.quantile(0.5),
      ackP99: steady.answers.quantile(0.99),
      ...redisPerCommand(steady, rest),
      ...saturated(full),
      clientBusy: steady.clientBusy * 100,
    };
  },
});

export const DISTANCE: readonly Scenario[] = [
  asking({ id: 'l', title: 'A command through another node', kind: 'shelf', kept: 'durable' }),
  asking({ id: 'm', title: 'The same, of rooms in memory', kind: 'talk', kept: 'of durability `memory`' }),
  {
    id: 'n',
    title: 'Events to members on 1, 2 and 3 nodes',
    about:
      'Three nodes on a Redis. 300 members of 10 rooms that one node owns, spread over 1, 2 or 3 nodes; ten of each room, who are connected to the owner, say 150 things a second, each of which is told to 30.',
    servers: ['greenroom-ws'],
    points: () => [...SPREADS.keys()],
    keeps: 'redis',
    compares: 'points',
    async measure(stage, { size, warmUpMs, windowMs }, point) {
      const places = found(SPREADS, point);
      const shape = told[size];
      const { members, perSecond } = shape;
      const { owner, rest } = await seated(stage, 'shelf', shape, places, windowMs);
      const load: Load = {
        command: 'say',
        pace: { is: 'open', perSecond },
        speakers: members / NODES,
        textBytes: TEXT_BYTES,
        warmUpMs: 2 * warmUpMs,
        windowMs: 2 * windowMs,
      };
      const steady = await stage.load(load);
      return {
        steady: perSecond,
        nodesCpuDelivery: sum(nodeMicros(steady, rest)) / steady.deliveries,
        ...nodesPerCommand(steady, rest, owner),
        toldP50: steady.latency.quantile(0.5),
        toldP99: steady.latency.quantile(0.99),
        ...redisPerCommand(steady, rest),
        clientBusy: steady.clientBusy * 100,
      };
    },
  },
];
