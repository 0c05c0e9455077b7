import { expect, test } from '@jest/globals';
import { ratioOf, type PointResult, type Results } from './results.js';
import { judge } from './targets.js';
import { median, summarise } from './statistics.js';
import { page } from './page.js';
import { markdown } from './tables.js';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[5], 5],
])('the median of %j is %d', (values, wanted) => expect(median(values)).toBe(wanted));

test('a summary has the least and the most', () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});

const point: PointResult = {
  point: '',
  entries: [
    { server: 'greenroom-ws', runs: [{ cpu: 1 }, { cpu: 10 }, { cpu: 3 }] },
    { server: 'socketio', runs: [{ cpu: 8 }, { cpu: 20 }, { cpu: 30 }] },
    { server: 'colyseus', runs: [{ cpu: 8 }, { cpu: 80 }, { cpu: 24 }] },
  ],
};

test('a ratio is the median of those within each round, not that of medians', () => {
  expect(ratioOf(point, 'cpu', 'socketio', 'greenroom-ws')).toBe(8);
  expect(ratioOf(point, 'cpu', 'greenroom-ws', 'limit')).toBeUndefined();
  expect(ratioOf(point, 'p99', 'greenroom-ws', 'socketio')).toBeUndefined();
});

const results = {
  machine: {
    cpu: '<cpu>',
    cores: 2,
    memoryGiB: 4,
    platform: 'linux x64',
    node: 'v24.0.0',
    isPinned: true,
  },
  versions: { ws: '8.0.0' },
  scenarios: [
    {
      id: 'b',
      title: 'Eight & more',
      about: '',
      measuredAt: '2026-11-21T00:00:00.000Z',
      size: 'full',
      loadBefore: 0,
      points: [point],
    },
  ],
} as const satisfies Results;

test('a target is met, or it is not, and what was not measured is not judged', () => {
  expect(judge(results).map(({ server, what, isMet }) => ({ server, what, isMet }))).toEqual([
    { server: 'greenroom-ws', what: 'CPU per delivery, times less than Socket.IO', isMet: true },
    { server: 'greenroom-ws', what: 'CPU per delivery, times less than Colyseus', isMet: true },
  ]);
  const slower = {
    ...point,
    entries: point.entries.map((entry) => (entry.server === 'colyseus' ? { ...entry, runs: [{ cpu: 6.9 }] } : entry)),
  };
  const worse = judge({ ...results, scenarios: [{ ...results.scenarios[0], points: [slower] }] });
  expect(worse.map(({ isMet }) => isMet)).toEqual([true, false]);
  expect(judge({ ...results, scenarios: [{ ...results.scenarios[0], size: 'small' }] })).toEqual([]);
});

test('what a table has of pipes does not break it', () => {
  expect(markdown([['a'], ['b|c']])).toBe('| a    |\n| ---- |\n| b\\|c |');
});

test('the page escapes what it shows, and is one file', () => {
  const shown = page(results);
  expect(shown).toContain('&lt;cpu&gt;');
  expect(shown).toContain('Eight &amp; more');
  expect(shown).not.toMatch(/(src|href)=/);
});
