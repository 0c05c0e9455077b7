import type { Machine } from '../run/machine.js';
import { METRIC_NAMES, type Figures, type MetricName } from '../scenarios/metrics.js';
import type { Compared, Size } from '../scenarios/scenario.js';
import type { ServerName } from '../servers/server-name.js';
import { median, summarise, type Summary } from './statistics.js';

/** All runs of one server at one point of a scenario. The n-th runs of all servers were made in one round, one after the other. */
export interface Entry {
  readonly server: ServerName;
  readonly runs: readonly Figures[];
}

export interface PointResult {
  /** Empty where a scenario has one only. */
  readonly point: string;
  readonly entries: readonly Entry[];
}

/** How a scenario was measured: the same for all that were measured in one go. */
export interface Circumstances {
  readonly measuredAt: string;
  readonly size: Size;
  /** Processes that wanted a core in the minute before it began, on average; those that built the benchmark among them. */
  readonly loadBefore: number;
}

export interface ScenarioResult extends Circumstances {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** @default servers */
  readonly compares?: Compared;
  readonly points: readonly PointResult[];
}

/** What was measured, and on what: the same for all figures that stand together. */
export interface Subject {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
}

/** What is written as JSON, and what everything else is made of. */
export interface Results extends Subject {
  readonly scenarios: readonly ScenarioResult[];
}

const valuesOf = ({ runs }: Entry, metric: MetricName): readonly number[] =>
  runs.flatMap((figures) => figures[metric] ?? []);

export const summaryOf = (entry: Entry, metric: MetricName): Summary | undefined => {
  const values = valuesOf(entry, metric);
  return values.length === 0 ? undefined : summarise(values);
};

export const entryOf = ({ entries }: PointResult, server: ServerName): Entry | undefined =>
  entries.find((entry) => entry.server === server);

/** The median of the ratios within each round: what was slow for one was slow for the other. */
export const ratioOf = (
  point: PointResult,
  metric: MetricName,
  server: ServerName,
  to: ServerName,
): number | undefined => {
  const [above, below] = [entryOf(point, server), entryOf(point, to)];
  return above && below && ratio(above, below, metric);
};

/** The same of one server at two points. */
export const ratioAt = (
  point: PointResult,
  to: PointResult,
  metric: MetricName,
  server: ServerName,
): number | undefined => {
  const [above, below] = [entryOf(point, server), entryOf(to, server)];
  return above && below && ratio(above, below, metric);
};

const ratio = (above: Entry, below: Entry, metric: MetricName): number | undefined => {
  const ratios = above.runs.flatMap((figures, i) => {
    const [one, other] = [figures[metric], below.runs[i]?.[metric]];
    return one === undefined || other === undefined ? [] : one / other;
  });
  return ratios.length === 0 ? undefined : median(ratios);
};

/** What at least one server has a figure of. */
export const metricsOf = ({ entries }: PointResult): readonly MetricName[] =>
  METRIC_NAMES.filter((metric) => entries.some((entry) => valuesOf(entry, metric).length > 0));
