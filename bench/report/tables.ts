import { METRICS, type MetricName } from '../scenarios/metrics.js';
import { SERVERS } from '../servers/server-name.js';
import { figure, heading, number } from './format.js';
import {
  entryOf,
  metricsOf,
  ratioAt,
  summaryOf,
  type PointResult,
  type Results,
  type ScenarioResult,
} from './results.js';
import { judge, type Verdict } from './targets.js';

/** Rows of cells, the first of them the heads. */
export type Table = readonly (readonly string[])[];

/** One line a server. `all`: also what is there to judge the others by. */
export const figuresTable = (point: PointResult, all = false): Table => {
  const metrics = metricsOf(point).filter((metric) => all || METRICS[metric].isMain);
  const rows = point.entries.map((entry) => [
    SERVERS[entry.server],
    ...metrics.map((metric) => {
      const summary = summaryOf(entry, metric);
      return summary === undefined ? '' : figure(summary, metric);
    }),
  ]);
  return [['', ...metrics.map(heading)], ...rows];
};

/** One line a server, one column a point: what a delivery costs as members grow. */
export const growthTable = ({ points }: ScenarioResult): Table => {
  const servers = points[0]?.entries.map(({ server }) => server) ?? [];
  const cells = servers.map((server) => [
    SERVERS[server],
    ...points.map(({ entries }) => {
      const entry = entries.find((each) => each.server === server);
      const summary = entry && summaryOf(entry, 'cpu');
      return summary === undefined ? '' : figure(summary, 'cpu');
    }),
  ]);
  return [[heading('cpu'), ...points.map(({ point }) => point)], ...cells];
};

/** One line a figure, one column a point; of what is a cost also how it compares to the first point's. `all`: as above. */
export const pointsTable = ({ points }: ScenarioResult, all = false): Table => {
  const [first] = points;
  if (first === undefined) return [[]];
  const metrics = [...new Set(points.flatMap(metricsOf))].filter((metric) => all || METRICS[metric].isMain);
  const rows = first.entries.flatMap(({ server }) => {
    const name = (text: string): string => (first.entries.length > 1 ? `${SERVERS[server]}: ${text}` : text);
    return metrics.flatMap((metric) => {
      const cells = points.map((point) => {
        const entry = entryOf(point, server);
        const summary = entry && summaryOf(entry, metric);
        return summary === undefined ? '' : figure(summary, metric);
      });
      const ratios = points.map((point) => ratioAt(point, first, metric, server));
      const isCompared = points.length > 1 && isCost(metric);
      return [
        [name(heading(metric)), ...cells],
        ...(isCompared ? [[name('times the first'), ...ratios.map((each) => number(each ?? Number.NaN, 2))]] : []),
      ];
    });
  });
  return [['', ...points.map(({ point }) => point)], ...rows];
};

const isCost = (metric: MetricName): boolean => 'isCost' in METRICS[metric];

/** As many tables as a scenario needs. */
export const tableOf = (scenario: ScenarioResult): Table => {
  if (scenario.compares === 'points') return pointsTable(scenario);
  const [only, ...others] = scenario.points;
  return only === undefined || others.length > 0 ? growthTable(scenario) : figuresTable(only);
};

const verdictRow = ({ scenario, server, what, bound, value, unit, isMet }: Verdict): readonly string[] => [
  scenario,
  SERVERS[server],
  what,
  bound,
  `${number(value, value < 100 ? 2 : 0)} ${unit}`,
  isMet ? 'yes' : '**no**',
];

export const targetsTable = (results: Results): Table => [
  ['', 'server', 'what', 'is to be', 'is', 'met'],
  ...judge(results).map(verdictRow),
];

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');

/** As prettier writes it, so that a page stays formatted. */
export const markdown = ([head = [], ...rows]: Table): string => {
  const all = [head, ...rows].map((row) => row.map(escaped));
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [line(first), rule, ...others.map(line)].join('\n');
};
