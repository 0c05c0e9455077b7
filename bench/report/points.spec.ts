import { expect, test } from '@jest/globals';
import { BOOKS, partOf } from './books.js';
import type { Results, ScenarioResult } from './results.js';
import { pointsTable } from './tables.js';

const scenario: ScenarioResult = {
  id: 'l',
  title: 'Far',
  about: '',
  compares: 'points',
  measuredAt: '2026-11-21T00:00:00.000Z',
  size: 'full',
  loadBefore: 0,
  points: [
    {
      point: 'near',
      entries: [{ server: 'greenroom-ws', runs: [{ nodesCpu: 10 }, { nodesCpu: 30 }, { nodesCpu: 20 }] }],
    },
    {
      point: 'far',
      entries: [{ server: 'greenroom-ws', runs: [{ nodesCpu: 20 }, { nodesCpu: 90 }, { nodesCpu: 30 }] }],
    },
  ],
};

test('points stand side by side, and what costs is compared to the first of them, within each round', () => {
  expect(pointsTable(scenario)).toEqual([
    ['', 'near', 'far'],
    ['CPU per command, all nodes, µs', '20 (10–30)', '30 (20–90)'],
    ['times the first', '1.00', '2.00'],
  ]);
});

test('each book has its own scenarios, and the versions of its own packages', () => {
  const other: ScenarioResult = { ...scenario, id: 'a', compares: 'servers' };
  const { compares: _, ...old } = other;
  const results: Results = {
    machine: { cpu: 'A', cores: 2, memoryGiB: 4, platform: 'linux x64', node: 'v24.0.0', isPinned: true },
    versions: { ws: '8', lmdb: '3', ioredis: '6' },
    scenarios: [other, { ...old, id: 'b' }, scenario],
  };
  expect(
    BOOKS.map((book) => partOf(book, results)).map(({ versions, scenarios }) => [
      versions,
      scenarios.map(({ id }) => id),
    ]),
  ).toEqual([
    [{ ws: '8', lmdb: '3' }, ['a', 'b']],
    [{ ws: '8', ioredis: '6' }, ['l']],
  ]);
});
