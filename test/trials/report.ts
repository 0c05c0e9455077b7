import { Distribution, stepFor } from './distribution.js';
import type { RollingRestart } from './rolling.js';
import type { TrialResult } from './trial.js';

const SHARES = [0, 0.5, 0.9, 0.99, 1];
const BAR = 40;

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] => [
  row(head),
  row(head.map((_, i) => (i === 0 ? '---' : '---:'))),
  ...rows.map(row),
];
const whole = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(0));
const toTenths = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 100 ? 1 : 0));

/** Lines that show a distribution at a glance. */
const histogram = (values: readonly number[]): string[] => {
  const all = new Distribution(values);
  const size = stepFor(all.max - all.min);
  const steps = all.steps(size);
  const most = Math.max(...steps.map(({ count }) => count));
  const width = `${(steps.at(-1)?.from ?? 0) + size}`.length;
  return steps.map(({ from, count }) => {
    const range = `${`${from}`.padStart(width)} – ${`${from + size}`.padStart(width)} ms`;
    return `${range}  ${'█'.repeat(Math.ceil((count / most) * BAR))} ${count || ''}`.trimEnd();
  });
};

/** What came of trials of one sort: a table of all that was measured, and a histogram of each. */
export const describeTrials = (all: readonly TrialResult[]): string[] => {
  const labels = [...new Set(all.flatMap(({ durations }) => Object.keys(durations)))];
  const of = (label: string): number[] =>
    all.flatMap(({ durations: { [label]: ms } }) => (ms === undefined ? [] : [ms]));
  const rows = labels.map((label) => {
    const distribution = new Distribution(of(label));
    return [label, distribution.count, ...SHARES.map((share) => whole(distribution.quantile(share)))];
  });
  const busy = new Distribution(all.map(({ rooms }) => rooms));
  return [
    `${all.length} trials; busy rooms that the node had: ${busy.min} to ${busy.max}, median ${busy.quantile(0.5)}`,
    '',
    ...table(['milliseconds', 'trials', 'min', 'p50', 'p90', 'p99', 'max'], rows),
    ...labels.flatMap((label) => ['', label, '', ...histogram(of(label)).map((line) => `  ${line}`)]),
  ];
};

/** All commands of all rolling restarts together. */
export const describeRolling = (all: readonly RollingRestart[]): string[] => {
  const rowOf = (label: string, values: readonly number[]): (string | number)[] => {
    const waits = new Distribution(values);
    return [label, waits.count, ...[0.5, 0.9, 0.99, 1].map((share) => toTenths(waits.quantile(share)))];
  };
  const of = (which: keyof RollingRestart['waits']): number[] => all.flatMap(({ waits }) => waits[which]);
  const sum = (which: 'said' | 'acked' | 'failed'): number =>
    all.reduce((total, { [which]: count }) => total + count, 0);
  return [
    `${all.length} rolling restarts: ${sum('said')} commands, ${sum('acked')} acknowledged, ${sum('failed')} failed`,
    '',
    ...table(
      ['milliseconds from saying to ack', 'commands', 'p50', 'p90', 'p99', 'max'],
      [
        rowOf('before', of('before')),
        rowOf('during', of('during')),
        rowOf('during, of members who stayed connected', of('staying')),
        rowOf('during, of members whose node was stopped', of('moving')),
      ],
    ),
  ];
};
