import { expect, it } from '@jest/globals';
import { ALL_DISRUPTIONS } from './faults/disruptions.js';
import { runCluster } from './faults/run-cluster.js';
import { ROOT } from './kit/server.js';

const SEED = Number(process.env['SEED'] ?? 1);
/** Something happens about once a second, what has not happened yet before all others. */
const SECONDS = 12;

it('all invariants hold for clients of three nodes that are killed, stopped, frozen and cut off from their Redis, which dies too', async () => {
  const report = await runCluster({ seed: SEED, seconds: SECONDS, rooms: 9, clients: 20, nodes: 3, root: ROOT });
  const { acks, events, starts, hits, epochs } = report;
  process.stdout.write(
    `seed ${SEED}: ${acks} acks, ${events} events, ${starts} processes, ${epochs} times somebody took a durable room\n`,
  );
  process.stdout.write(`hits: ${[...hits].map(([what, count]) => `${what} ${count}`).join(', ')}\n`);
  expect(report.violations).toEqual([]);
  expect(report.faults).toEqual([]);
  expect(ALL_DISRUPTIONS.filter((what) => !hits.get(what))).toEqual([]);
  expect(acks).toBeGreaterThan(0);
});
