import type { ServerName } from '../servers/server-name.js';
import { html, type Html } from './html.js';
import type { Summary } from './statistics.js';

export interface Bar {
  readonly server: ServerName;
  readonly label: string;
  readonly summary: Summary;
  /** The figure, as it is read. */
  readonly text: string;
}

const WIDTH = 390;
const ROW = 28;
const LABEL = 170;
const VALUE = 70;
const THICK = 14;
const SPAN = WIDTH - LABEL - VALUE;

/** A bar a server, its median; a thin line from the least to the most. */
export const barChart = (title: string, bars: readonly Bar[]): Html => {
  const most = Math.max(...bars.map(({ summary }) => Math.max(summary.max, 0)), Number.MIN_VALUE);
  const x = (value: number): number => LABEL + (Math.max(value, 0) / most) * SPAN;
  const height = bars.length * ROW;
  const rows = bars.map(({ server, label, summary, text }, i) => {
    const middle = i * ROW + ROW / 2;
    const { median, min, max } = summary;
    return html`<g class="bar ${server}"
      ><text class="name" x="${LABEL - 8}" y="${middle}" text-anchor="end">${label}</text
      ><rect
        x="${LABEL}"
        y="${middle - THICK / 2}"
        width="${(x(median) - LABEL).toFixed(1)}"
        height="${THICK}"
        rx="2"
      ></rect
      ><path class="spread" d="M${x(min).toFixed(1)} ${middle}H${x(max).toFixed(1)}"></path
      ><text class="value" x="${Math.min(x(max) + 6, WIDTH - VALUE + 6).toFixed(1)}" y="${middle}">${text}</text></g
    >`;
  });
  return html`<svg role="img" aria-label="${title}" viewBox="0 0 ${WIDTH} ${height}">${rows}</svg>`;
};
