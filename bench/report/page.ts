import { METRICS, type MetricName } from '../scenarios/metrics.js';
import { SERVERS } from '../servers/server-name.js';
import { barChart } from './bar-chart.js';
import { heading, number } from './format.js';
import { html, Html } from './html.js';
import { lineChart } from './line-chart.js';
import { provenance, provenanceOf } from './provenance.js';
import { entryOf, metricsOf, summaryOf, type PointResult, type Results, type ScenarioResult } from './results.js';
import { STYLE } from './style.js';
import { figuresTable, pointsTable, targetsTable, type Table } from './tables.js';

const card = (title: string, content: Html, isWide = false): Html =>
  html`<section class="card ${isWide ? 'wide' : ''}">
    <h3>${title}</h3>
    ${content}
  </section>`;

const barsOf = (point: PointResult, metric: MetricName): Html => {
  const bars = point.entries.flatMap((entry) => {
    const summary = summaryOf(entry, metric);
    if (summary === undefined) return [];
    const text = number(summary.median, METRICS[metric].digits);
    return [{ server: entry.server, label: SERVERS[entry.server], summary, text }];
  });
  return card(heading(metric), barChart(heading(metric), bars));
};

const linesOf = ({ points, title }: ScenarioResult): Html => {
  const servers = points[0]?.entries.map(({ server }) => server) ?? [];
  const lines = servers.map((server) => ({
    server,
    label: SERVERS[server],
    points: points.flatMap((point) => {
      const entry = entryOf(point, server);
      const summary = entry && summaryOf(entry, 'cpu');
      return summary === undefined ? [] : [{ x: Number(point.point), y: summary.median }];
    }),
  }));
  return card(heading('cpu'), lineChart(title, lines, { x: 'connections', y: heading('cpu') }), true);
};

/** `**no**` is how pages in Markdown say it. A figure and its unit stay on one line. */
const cell = (text: string): Html =>
  text === '**no**' ? html`<td class="no">no</td>` : html`<td>${text.replace(/(?<=\d) (?=\S+$)/, '\u00a0')}</td>`;

const tableOf = ([head = [], ...rows]: Table): Html =>
  html`<div class="scroll" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((text) => html`<th scope="col">${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

const scenarioOf = (scenario: ScenarioResult, results: Results): Html => {
  const { id, title, about, points } = scenario;
  const described = [about, provenanceOf(scenario, results)].filter(Boolean).join(' ');
  if (scenario.compares === 'points')
    return html`<h2 id="${id}"><span>${id}</span>${title}</h2>
      <p class="quiet">${described}</p>
      ${tableOf(pointsTable(scenario))}
      <details>
        <summary>All figures</summary>
        ${tableOf(pointsTable(scenario, true))}
      </details>`;
  const [only, ...others] = points;
  const charts =
    others.length > 0
      ? linesOf(scenario)
      : html`<div class="cards">
          ${
            only === undefined
              ? ''
              : metricsOf(only)
                  .filter((metric) => METRICS[metric].isMain)
                  .map((metric) => barsOf(only, metric))
          }
        </div>`;
  const tables = points.map(
    (point) =>
      html`${point.point === '' ? '' : html`<p class="quiet">${point.point} connections</p>`}${tableOf(figuresTable(point, true))}`,
  );
  return html`<h2 id="${id}"><span>${id}</span>${title}</h2>
    <p class="quiet">${described}</p>
    ${charts}
    <details>
      <summary>All figures</summary>
      ${tables}
    </details>`;
};

/** Everything that was measured, as one file that needs no other. */
export const page = (results: Results): string => {
  const targets = targetsTable(results);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Greenroom: the benchmark</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>Greenroom: the benchmark</h1>
          <p class="quiet">${provenance(results)}</p>
          <p>
            All servers run in turn on the same machine and Node, and every delivery is checked. Bars are medians; the
            thin line goes from the least to the most.
          </p>
          ${
            targets.length > 1
              ? html`<h2>What was to be shown</h2>
                  <div class="targets">${tableOf(targets)}</div>`
              : ''
          }
          ${results.scenarios.map((scenario) => scenarioOf(scenario, results))}
        </main>
      </body>
    </html> `.markup;
};
