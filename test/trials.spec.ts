import { Dice } from '@greenroom/testing/faults';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestCluster } from './kit/test-cluster.js';
import { rollingRestart } from './trials/rolling.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start({ isDirect: true });
});
afterAll(() => cluster?.close());

it('no command fails while each node in turn is stopped and started again; all acknowledged ones are there once, and everybody is told all', async () => {
  const options = { rooms: 6, each: 3, commandsPerSecond: 60, beforeMs: 500, betweenMs: 250 };
  const { said, acked, failed, waits, faults } = await rollingRestart({
    cluster,
    name: 'rolling',
    dice: new Dice(1),
    ...options,
  });
  expect(faults).toEqual([]);
  expect({ acked, failed }).toEqual({ acked: said, failed: 0 });
  // Each node had members, who had to go elsewhere.
  expect(waits.moving.length).toBeGreaterThan(0);
  expect(waits.staying.length).toBeGreaterThan(0);
});
