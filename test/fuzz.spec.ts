import { expect, it } from '@jest/globals';
import { fuzz } from './fuzz/run.js';
import { ROOT } from './kit/server.js';

const seed = Number(process.env['SEED'] ?? 1);
const CASES = 300;

it(`${CASES} cases at each door (seed ${seed}): the server lives, keeps nothing of them, and nobody who means no harm notices`, async () => {
  const { cases, faults, rounds } = await fuzz({ seed, cases: CASES, root: ROOT });
  expect(faults).toEqual([]);
  expect(rounds).toBeGreaterThan(3);
  for (const [door, done] of cases) expect([door, done]).toEqual([door, CASES]);
});
