import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Host } from './endurance/host.js';
import { atRest, compare, inShort } from './endurance/leftovers.js';
import { slowReader } from './endurance/slow-reader.js';
import { STALLS } from './endurance/stalled-reader.js';
import { throughConnections, throughRooms } from './endurance/visitors.js';

// `npm run endurance` has the full numbers, and holds how fast the neighbours are.

let host: Host;
beforeAll(async () => {
  host = await Host.start();
});
afterAll(async () => {
  await host.close();
});

it.each(STALLS)('a reader who stops reading costs less than 4 MiB, while it lasts and after: %s', async (how) => {
  const { costMiB, leftMiB, p99 } = await slowReader(host, how, {
    bytes: 12_000_000,
    length: 8000,
    rounds: 1,
    looks: 3,
  });
  process.stdout.write(
    `${how}: ${costMiB.toFixed(2)} MiB, afterwards ${leftMiB.toFixed(2)} MiB; ` +
      `p99 of the neighbours ${p99.without.toFixed(1)} ms, with it ${p99.with.toFixed(1)} ms\n`,
  );
  expect(costMiB).toBeLessThan(4);
  expect(leftMiB).toBeLessThan(4);
  expect(host.stderr).toBe('');
});

it.each([
  ['rooms that are made, joined, left and unloaded', 500, throughRooms],
  ['connections that come and go, some without a word, some again', 200, throughConnections],
])('%s leave nothing behind', async (_, count, run) => {
  await run(host, count, 'warm-up');
  const before = await atRest(host);
  await run(host, count, 'run');
  const { after, more } = await compare(host, before);
  process.stdout.write(`${inShort(before)}\n${inShort(after)}\n`);
  expect(more).toEqual([]);
  expect(host.stderr).toBe('');
});
