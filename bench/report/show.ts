import type { Results } from './results.js';
import { growthTable, figuresTable, pointsTable, targetsTable, type Table } from './tables.js';

/** For a terminal: columns of one width, none wider than it must be. */
const text = (table: Table): string => {
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => (row[i] ?? '').length)));
  return table
    .map(
      (row) =>
        `  ${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
};

/** Figures are on their side there, since a terminal is not wide enough for them otherwise. */
const turned = (table: Table): Table => (table[0] ?? []).map((_, i) => table.map((row) => row[i] ?? ''));

/** All of it as text. */
export const show = (results: Results): string =>
  [
    ...results.scenarios.map((scenario) => {
      const [only, ...others] = scenario.points;
      if (scenario.compares === 'points')
        return `${scenario.id}  ${scenario.title}\n${text(pointsTable(scenario, true))}`;
      const table = only === undefined || others.length > 0 ? growthTable(scenario) : turned(figuresTable(only, true));
      return `${scenario.id}  ${scenario.title}\n${text(table)}`;
    }),
    ...(targetsTable(results).length > 1 ? [`What was to be shown\n${text(targetsTable(results))}`] : []),
  ].join('\n\n');
