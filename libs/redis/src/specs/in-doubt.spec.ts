import { afterEach, expect, it } from '@jest/globals';
import { Failpoints } from '@greenroom/testing/faults';
import { becomes, TestRedis } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

const redis = new TestRedis();
const nodes: TestNode[] = [];
afterEach(async () => {
  for (const { ports } of nodes.splice(0)) await ports.close();
  redis.disconnect();
});

it('a commit of which the owner was not told, and the members were, leaves no gap for them when the room goes on', async () => {
  const prefix = redis.app();
  let isLost = false;
  const share = (): number => (isLost ? 1 : 0);
  const failpoints = new Failpoints({
    noise: [
      {
        point: 'after-commit',
        action: { type: 'fail' },
        get share() {
          return share();
        },
      },
    ],
    onStrike: () => (isLost = false),
  });
  const a = await TestNode.start({ url: redis.server.url, prefix }, {}, (ports) => ({
    ...ports,
    store: failpoints.store(ports.store),
  }));
  nodes.push(a);
  const ann = a.connect('ann');
  await ann.join('talk/a');
  const b = await TestNode.start({ url: redis.server.url, prefix });
  nodes.push(b);
  const bob = b.connect('bob');
  await bob.join('talk/a');
  expect([a.node.active, b.node.active]).toEqual([1, 0]);
  // Written, and told to the nodes by the store; then the owner loads the room again.
  isLost = true;
  await ann.send('talk/a', 'say', { text: 'one' }, 'ann:1').catch(() => {});
  expect(isLost).toBe(false);
  await becomes(() => ann.send('talk/a', 'say', { text: 'two' }, 'ann:2'));
  for (const member of [ann, bob]) {
    await becomes(() =>
      expect(member.events('said').map(({ data }) => data)).toMatchObject([{ text: 'one' }, { text: 'two' }]),
    );
    const frames = member.received('events');
    for (const [i, { from }] of frames.entries())
      expect([i, from]).toEqual([i, Math.min(from, frames[i - 1]?.to ?? Infinity)]);
  }
});
