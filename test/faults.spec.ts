import { FAILPOINTS } from '@greenroom/testing/faults';
import { expect, it } from '@jest/globals';
import { run } from './faults/run.js';
import { ROOT } from './kit/server.js';

const SEED = Number(process.env['SEED'] ?? 5);

it('all invariants hold for clients of a server that is struck down at failpoint after failpoint', async () => {
  const report = await run({ seed: SEED, seconds: 3, rooms: 9, clients: 20, root: ROOT });
  const { acks, events, starts, hits, strikes } = report;
  process.stdout.write(
    `seed ${SEED}: ${acks} acks, ${events} events, ${starts} processes, struck down: ${[...strikes.keys()].join(', ')}\n`,
  );
  process.stdout.write(`hits: ${[...hits].map(([point, count]) => `${point} ${count}`).join(', ')}\n`);
  expect(report.violations).toEqual([]);
  expect(report.faults).toEqual([]);
  expect(FAILPOINTS.filter((point) => !hits.get(point))).toEqual([]);
  expect(acks).toBeGreaterThan(0);
});
