import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TRANSITIONS, type Transition } from './session-model.fixture.js';
import { Pair, type Step } from './session-pair.fixture.js';

const who = fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 2, 3);
const where = { who, tab: fc.nat({ max: 1 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant('join'),
      ...where,
      given: fc.constantFrom('own', 'own', 'own', 'nothing', 'nothing', 'other', 'wrong'),
      pick: fc.nat({ max: 2 }),
      attempt: fc.constantFrom(undefined, 1, 2, 3, 4),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('drop'), ...where }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('swap'), ...where }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('leave', 'end', 'refresh', 'kick'), ...where }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.constantFrom(100, 1001, 12_000, 29_000, 40_000) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('restart'), how: fc.constantFrom('killed', 'drained') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close') }) },
);

describe('the sessions of a room', () => {
  const hits = new Set<Transition>();

  it('are what their model says after every step of every life, and so are members, log, machine and who is told', async () => {
    const numRuns = Number(process.env['RUNS'] ?? 50);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
        const pair = new Pair(hits);
        await pair.start();
        for (const each of steps) await pair.run(each);
      }),
      { numRuns, ...(process.env['RUNS'] === undefined && { seed: 20_261_121 }) },
    );
  });

  it.each(TRANSITIONS)('were met in this one: %s', (transition) => {
    expect([...hits]).toContain(transition);
  });
});
