import { METRICS, type MetricName } from '../scenarios/metrics.js';
import type { Summary } from './statistics.js';

/** `12,345.6`: the same everywhere. */
export const number = (value: number, digits: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '–';

/** `5.61 (5.52–5.80)`: the median, and between which the runs were. */
export const figure = ({ median, min, max }: Summary, metric: MetricName): string => {
  const { digits } = METRICS[metric];
  const middle = number(median, digits);
  return min === max ? middle : `${middle} (${number(min, digits)}–${number(max, digits)})`;
};

export const heading = (metric: MetricName): string =>
  [METRICS[metric].label, METRICS[metric].unit].filter(Boolean).join(', ');
