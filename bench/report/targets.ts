import type { MetricName } from '../scenarios/metrics.js';
import { GREENROOMS, SERVERS, type ServerName } from '../servers/server-name.js';
import { entryOf, ratioOf, summaryOf, type PointResult, type Results, type ScenarioResult } from './results.js';

/** What Greenroom is to be, measured. */
interface Target {
  readonly scenario: string;
  readonly what: string;
  readonly servers: readonly ServerName[];
  readonly is: 'at most' | 'at least';
  readonly bound: number;
  readonly unit: '×' | '/s' | 'ms' | 'KiB';
  /** `undefined` where not all that it takes was measured. */
  readonly value: (result: ScenarioResult, server: ServerName) => number | undefined;
}

export interface Verdict {
  readonly scenario: string;
  readonly server: ServerName;
  readonly what: string;
  readonly bound: string;
  readonly value: number;
  readonly unit: Target['unit'];
  readonly isMet: boolean;
}

const PEERS = ['socketio', 'nest', 'ws', 'colyseus'] as const satisfies readonly ServerName[];
const first = ({ points }: ScenarioResult): PointResult | undefined => points[0];

/** How many times another server's figure it has. */
const comparedTo =
  (metric: MetricName, other: ServerName): Target['value'] =>
  (result, server) => {
    const point = first(result);
    return point && ratioOf(point, metric, server, other);
  };
/** How many times less it needs than another server. */
const lessThan =
  (metric: MetricName, other: ServerName): Target['value'] =>
  (result, server) => {
    const point = first(result);
    return point && ratioOf(point, metric, other, server);
  };
const figure =
  (metric: MetricName): Target['value'] =>
  (result, server) => {
    const entry = first(result)?.entries.find((each) => each.server === server);
    return entry && summaryOf(entry, metric)?.median;
  };
/** The most that any point is above one of fewer members. */
const growth: Target['value'] = ({ points }, server) => {
  const costs = points.flatMap((point) => {
    const entry = entryOf(point, server);
    return (entry && summaryOf(entry, 'cpu')?.median) ?? [];
  });
  if (costs.length < 2) return undefined;
  return Math.max(...costs.slice(1).map((cost, i) => cost / Math.min(...costs.slice(0, i + 1))));
};

const cheaper = (scenario: string, other: ServerName, bound: number): Target => ({
  scenario,
  what: `CPU per delivery, times less than ${SERVERS[other]}`,
  servers: GREENROOMS,
  is: 'at least',
  bound,
  unit: '×',
  value: lessThan('cpu', other),
});
const noWorse = (scenario: string, metric: MetricName, name: string, other: ServerName, bound = 1): Target => ({
  scenario,
  what: `${name}, of ${SERVERS[other]}'s`,
  servers: GREENROOMS,
  is: 'at most',
  bound,
  unit: '×',
  value: comparedTo(metric, other),
});
const latencies = (scenario: string): Target[] =>
  (['socketio', 'colyseus'] as const).flatMap((peer) => [
    noWorse(scenario, 'p50', 'latency p50', peer),
    noWorse(scenario, 'p99', 'latency p99', peer),
  ]);
const flat = (scenario: string): Target => ({
  scenario,
  what: 'CPU per delivery, of that with fewer members',
  servers: GREENROOMS,
  is: 'at most',
  bound: 1.15,
  unit: '×',
  value: growth,
});
const absolute = (
  scenario: string,
  what: string,
  metric: MetricName,
  is: Target['is'],
  bound: number,
  unit: Target['unit'],
): Target => ({
  scenario,
  what,
  servers: GREENROOMS,
  is,
  bound,
  unit,
  value: figure(metric),
});

/** Passivated rooms leave nothing: what a garbage collection happens to leave is less than this for each. */
const NOTHING_KIB = 0.02;

const TARGETS: readonly Target[] = [
  noWorse('a', 'cpu', 'CPU per delivery', 'limit', 1.15),
  ...PEERS.map((peer) => noWorse('a', 'cpu', 'CPU per delivery', peer)),
  noWorse('a', 'halfP99', 'latency p99 at half load', 'socketio'),
  cheaper('b', 'socketio', 8),
  cheaper('b', 'colyseus', 7),
  ...latencies('b'),
  noWorse('c', 'cpu', 'CPU per delivery', 'colyseus'),
  noWorse('c', 'cpu', 'CPU per delivery', 'socketio', 0.7),
  cheaper('d', 'socketio', 5),
  cheaper('d', 'colyseus', 4),
  ...latencies('d'),
  {
    scenario: 'e',
    what: 'commands per core, of Socket.IO’s',
    servers: GREENROOMS,
    is: 'at least',
    bound: 0.8,
    unit: '×',
    value: comparedTo('perCore', 'socketio'),
  },
  noWorse('e', 'ackP99', 'time to acknowledge, p99', 'socketio', 1 / 0.8),
  absolute('f', 'acknowledged durable commands', 'acked', 'at least', 20_000, '/s'),
  absolute('f', 'time to acknowledge, p99', 'ackP99', 'at most', 25, 'ms'),
  { ...noWorse('h', 'heapConnection', 'heap per idle connection', 'socketio', 1.15), servers: ['greenroom-socketio'] },
  { ...noWorse('h', 'heapConnection', 'heap per idle connection', 'ws', 1.5), servers: ['greenroom-ws'] },
  absolute('i', 'heap per passivated room', 'heapPassivated', 'at most', NOTHING_KIB, 'KiB'),
  absolute('i', 'heap per idle room', 'heapIdleRoom', 'at most', 8, 'KiB'),
  flat('j'),
  flat('k'),
];

/** Of every target that was measured. A small run measures nothing: it shows that what is delivered is right. */
export const judge = ({ scenarios }: Results): readonly Verdict[] =>
  TARGETS.flatMap(({ scenario, what, servers, is, bound, unit, value }) => {
    const result = scenarios.find(({ id }) => id === scenario);
    if (result === undefined || result.size === 'small') return [];
    return servers.flatMap((server) => {
      const measured = value(result, server);
      if (measured === undefined) return [];
      const isMet = is === 'at most' ? measured <= bound : measured >= bound;
      return {
        scenario,
        server,
        what,
        bound: `${is} ${bound.toLocaleString('en-US')} ${unit}`,
        value: measured,
        unit,
        isMet,
      };
    });
  });
