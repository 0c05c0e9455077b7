import { expect, test } from '@jest/globals';
import { withFigures } from './docs.js';
import { broughtUpToDate, keptBeside, LostFiguresError, MixedFiguresError } from './kept.js';
import { page } from './page.js';
import type { Results, ScenarioResult } from './results.js';

const scenario = (id: string, cpu: number, how: Partial<ScenarioResult> = {}): ScenarioResult => ({
  id,
  title: `Scenario ${id}`,
  about: `It is ${id}.`,
  measuredAt: '2026-11-21T18:12:03.037Z',
  size: 'full',
  loadBefore: 0.4,
  points: [{ point: '', entries: [{ server: 'ws', runs: [{ cpu }, { cpu }] }] }],
  ...how,
});

const results = (...scenarios: readonly ScenarioResult[]): Results => ({
  machine: { cpu: 'A', cores: 2, memoryGiB: 4, platform: 'linux x64', node: 'v24.0.0', isPinned: true },
  versions: { ws: '8.0.0' },
  scenarios,
});

const kept = results(scenario('a', 1), scenario('b', 2), scenario('d', 3));

test('what was measured anew replaces what was kept of it, and the rest stays as it was', () => {
  const [b, c] = [scenario('b', 20, { size: 'quick' }), scenario('c', 30)];
  const all = broughtUpToDate(kept, results(c, b));
  expect(all).toEqual(results(scenario('a', 1), b, c, scenario('d', 3)));
});

const [docsBefore, docsAfter] = ['<!-- figures: begin -->', '<!-- figures: end -->'];
const shown = (all: Results): readonly string[] => [withFigures(`${docsBefore}\n${docsAfter}`, all), page(all)];
const times = (text: string, part: string): number => text.split(part).length - 1;

test('how all scenarios were measured is said once', () => {
  for (const text of shown(kept)) {
    expect(times(text, '2026-11-21 18:12 UTC, 2 rounds, size full, load 0.4 in the minute before')).toBe(1);
    expect(times(text, 'in the minute before')).toBe(1);
  }
});

test.each([
  ['date', { measuredAt: '2026-11-22T07:00:00.000Z' }, '2026-11-22 07:00 UTC, 2 rounds, size full, load 0.4'],
  ['size', { size: 'quick' }, '2026-11-21 18:12 UTC, 2 rounds, size quick, load 0.4'],
  ['load', { loadBefore: 2.5 }, '2026-11-21 18:12 UTC, 2 rounds, size full, load 2.5'],
  [
    'number of rounds',
    { points: [{ point: '', entries: [{ server: 'ws', runs: [] }] }] },
    '2026-11-21 18:12 UTC, 0 rounds, size full, load 0.4',
  ],
] as const)('each scenario says how it was measured where one has another %s', (_, how, said) => {
  for (const text of shown(broughtUpToDate(kept, results(scenario('b', 2, how))))) {
    expect(times(text, `It is b. Measured ${said} in the minute before.`)).toBe(1);
    expect(times(text, 'Measured 2026-11-21 18:12 UTC, 2 rounds, size full, load 0.4 in the minute before.')).toBe(2);
    expect(text).toContain('Measured on 2 cores');
  }
});

const of = (...ids: readonly string[]) => ids.map((id) => ({ id, servers: ['ws'] as const }));
const elsewhere: Results = { ...kept, machine: { ...kept.machine, cores: 64 } };
const later: Results = { ...kept, versions: { ws: '8.1.0', xstate: '5.0.0' } };

test('figures of another machine or of other versions are not put beside the kept ones, and it is said what differs', () => {
  expect(() => keptBeside(kept, elsewhere, of('a', 'b'))).toThrow(MixedFiguresError);
  expect(() => keptBeside(kept, elsewhere, of('a', 'b'))).toThrow('the kept figures of d');
  expect(() => keptBeside(kept, elsewhere, of('a', 'b'))).toThrow('(cores was 2, is 64)');
  expect(() => keptBeside(kept, later, of('a', 'b'))).toThrow('(ws was 8.0.0, is 8.1.0; xstate was absent, is 5.0.0)');
  expect(() => keptBeside(later, kept, of('a', 'b'))).toThrow('xstate was 5.0.0, is absent');
});

test('figures of servers that are not measured this time are not dropped', () => {
  const two = results({
    ...scenario('a', 1),
    points: [
      {
        point: '',
        entries: [
          { server: 'ws', runs: [{ cpu: 1 }] },
          { server: 'limit', runs: [{ cpu: 1 }] },
        ],
      },
    ],
  });
  expect(() => keptBeside(two, two, of('a'))).toThrow(LostFiguresError);
  expect(() => broughtUpToDate(two, results(scenario('a', 2)))).toThrow('the kept figures of a limit would be lost');
  expect(keptBeside(two, two, [{ id: 'a', servers: ['limit', 'ws'] }])).toEqual([]);
  expect(keptBeside(two, two, of('b'))).toEqual(two.scenarios);
});

test('they replace all that was kept', () => {
  expect(broughtUpToDate(kept, elsewhere)).toEqual(elsewhere);
  expect(broughtUpToDate(kept, later)).toEqual(later);
});
