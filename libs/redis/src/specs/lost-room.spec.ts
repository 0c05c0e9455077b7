import { afterEach, expect, it } from '@jest/globals';
import { becomes, TestRedis } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

const redis = new TestRedis();
const nodes: TestNode[] = [];
afterEach(async () => {
  for (const { ports } of nodes.splice(0)) await ports.close();
  redis.disconnect();
});

it('who speaks in a room that Redis has lost is told to join again, and so is who was in it beside them', async () => {
  const prefix = redis.app();
  const start = async () => {
    const node = await TestNode.start({ url: redis.server.url, prefix });
    nodes.push(node);
    return node;
  };
  const [a, b] = [await start(), await start()];
  const [ann, bob] = [a.connect('ann'), b.connect('bob')];
  for (const each of [ann, bob]) await each.join('talk/a');
  await ann.send('talk/a', 'say', { text: 'before' });
  const { client } = await redis.end(prefix);
  await client.flushall();
  // What is told of nodes that were gone has been told by then: nobody spoke.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await expect(ann.send('talk/a', 'say', { text: 'lost' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const each of [ann, bob]) {
    await becomes(() => expect(each.received('closed')).toMatchObject([{ room: 'talk/a', code: 'UNAVAILABLE' }]));
    await each.join('talk/a');
    await each.send('talk/a', 'say', { text: each.user.id });
  }
  expect(await a.said('talk/a')).toEqual({ said: ['ann', 'bob'] });
});
