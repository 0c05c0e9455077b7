import type { ServerName } from '../servers/server-name.js';
import { html, type Html } from './html.js';

export interface Line {
  readonly server: ServerName;
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 52;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 52;
const STEPS = 4;

/** The next that divides into steps of few digits. */
const roundUp = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10);
};

/** How something changes with the number of members, which grows by factors and is drawn so. */
export const lineChart = (
  title: string,
  lines: readonly Line[],
  axes: { readonly x: string; readonly y: string },
): Html => {
  const all = lines.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))].sort((one, other) => one - other);
  const [low, high] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  const top = roundUp(Math.max(...all.map(({ y }) => y)));
  const xOf = (value: number): string =>
    (LEFT + (high === low ? 0.5 : (Math.log(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const yOf = (value: number): string => (HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const grid = Array.from({ length: STEPS + 1 }, (_, i) => (top * i) / STEPS).map(
    (value) =>
      html`<path class="grid" d="M${LEFT} ${yOf(value)}H${WIDTH - RIGHT}"></path
        ><text class="tick" x="${LEFT - 8}" y="${yOf(value)}" text-anchor="end">${Number(value.toPrecision(3))}</text>`,
  );
  const ticks = xs.map(
    (value) =>
      html`<text class="tick" x="${xOf(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${value}</text>`,
  );
  const drawn = lines.map(({ server, points }) => {
    const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${xOf(x)} ${yOf(y)}`).join('');
    const dots = points.map(({ x, y }) => html`<circle cx="${xOf(x)}" cy="${yOf(y)}" r="3.5"></circle>`);
    return html`<g class="line ${server}"><path d="${path}"></path>${dots}</g>`;
  });
  const legend = lines.map(({ server, label }) => html`<li class="${server}">${label}</li>`);
  return html`<svg role="img" aria-label="${title}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
      ${grid}${ticks}${drawn}
      <text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${axes.x}</text>
    </svg>
    <ul class="legend" aria-hidden="true">
      ${legend}
    </ul>`;
};
