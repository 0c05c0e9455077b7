import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from './outcome.js';
import { Outcomes } from './outcomes.js';

const MINUTE = 60_000;
const outcome = (seq: number, at: number, data?: unknown): Outcome => ({
  position: { epoch: 1, seq },
  at,
  ...(data !== undefined && { data }),
});
/** What a snapshot is: read by another process. */
const reopened = (outcomes: Outcomes, now: number): Outcomes =>
  Outcomes.load(JSON.parse(JSON.stringify(outcomes.save(now))));
const textsOf = (outcomes: Outcomes, now: number): readonly string[] => outcomes.save(now).outcomes;

it('a room that is saved and loaded answers repeats as one that never was', () => {
  const step = fc.record({
    member: fc.constantFrom('ann', 'bob', '__proto__'),
    times: fc.integer({ min: 1, max: 200 }),
    pauseMs: fc.constantFrom(0, 1, 1000, 4 * MINUTE),
    next: fc.constantFrom('goes on', 'is saved', 'is loaded again'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const always = new Outcomes();
      let interrupted = new Outcomes();
      let [seq, at] = [0, 1_000_000];
      const asked: [string, string][] = [];
      for (const { member, times, pauseMs, next } of steps) {
        at += pauseMs;
        for (let n = 0; n < times; n += 1) {
          seq += 1;
          const id = `${member}:${seq}`;
          asked.push([member, id]);
          for (const outcomes of [always, interrupted]) outcomes.record(member, id, outcome(seq, at, { seq }));
        }
        // It forgets what is too old whenever it is saved.
        always.save(at);
        if (next === 'is saved') interrupted.save(at);
        if (next === 'is loaded again') interrupted = reopened(interrupted, at);
      }
      interrupted = reopened(interrupted, at);
      interrupted.save(at);
      for (const [member, id] of asked) expect(interrupted.find(member, id)).toEqual(always.find(member, id));
    }),
    { numRuns: 20 },
  );
});

it('what is saved is written down once, however often the room is saved', () => {
  const outcomes = new Outcomes();
  const saves = [1, 2, 3].map((n) => {
    outcomes.record('ann', `c:${n}`, outcome(n, n));
    return textsOf(outcomes, n);
  });
  const [first = [], second = [], third = []] = saves;
  expect(third.slice(0, 2)).toEqual(second);
  expect(second.slice(0, 1)).toEqual(first);
  expect(third).toHaveLength(3);
  expect(textsOf(outcomes, 4)).toEqual(third);
});

it('what is saved is at most twice what is remembered, and what came since', () => {
  const outcomes = new Outcomes();
  const rows = (): number => textsOf(outcomes, 1).join().split('"c:').length - 1;
  for (let seq = 1; seq <= 5000; seq += 1) {
    outcomes.record('ann', `c:${seq}`, outcome(seq, 1));
    if (seq % 50 === 0) expect(rows()).toBeLessThanOrEqual(2 * 256 + 50);
  }
  expect(rows()).toBeGreaterThanOrEqual(256);
  expect(textsOf(outcomes, 11 * MINUTE)).toEqual([]);
});

it('bytes in a reply come back as bytes', () => {
  const outcomes = new Outcomes();
  outcomes.record('ann', 'c:1', outcome(1, 1, { bytes: Uint8Array.from([1, 2]) }));
  expect(reopened(outcomes, 1).find('ann', 'c:1')).toEqual(outcomes.find('ann', 'c:1'));
});
