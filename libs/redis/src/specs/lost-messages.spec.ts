import { describe, expect, it } from '@jest/globals';
import type { InvariantName, Violation } from '@greenroom/testing/faults';
import type { Log } from '../feed/station.js';
import { lossyRun } from './lossy-run.fixture.js';

const RUNS = Number(process.env['RUNS'] ?? 10);

const without = (log: Log, gone: Partial<Log>): Log => ({
  head: (address) => log.head(address),
  latest: (address) => log.latest(address),
  latestOf: (addresses) => log.latestOf(addresses),
  rows: (address, range) => log.rows(address, range),
  ...gone,
});

describe('of what nodes tell each other a fifth is lost, and', () => {
  it('what is missing is read from the log: members are told all of it, in order, and no gap', async () => {
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const { violations, lost, acked } = await lossyRun(seed);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
      expect(Math.min(lost, acked)).toBeGreaterThan(20);
    }
  });

  it.each<[string, InvariantName, RegExp, Partial<Log>]>([
    ['it is not read there', 'same-stream', /^a gap: a frame from/, { rows: async () => [] }],
    [
      'heads are not compared',
      'convergence',
      /or the log .*the last word/,
      { latestOf: (addresses) => addresses.map(async () => undefined) },
    ],
  ])('%s: that is a hole, which is found by %s', async (_, invariant, message, gone) => {
    const found: Violation[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { violations } = await lossyRun(seed, (log) => without(log, gone));
      expect({ seed, isFound: violations.length > 0 }).toEqual({ seed, isFound: true });
      found.push(...violations);
    }
    expect(found).toContainEqual(expect.objectContaining({ invariant, message: expect.stringMatching(message) }));
  });
});
