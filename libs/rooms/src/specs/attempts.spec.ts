import { startTestRooms, TestCluster, type TestClusterNode } from '@greenroom/testing';
import { describe, expect, it } from '@jest/globals';
import type { Feed } from '../feed/feed.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import { lab } from './lab.fixture.js';
import { texts } from './two-members.fixture.js';

const A = 'lab/a';
const TAKEN_UP = { code: 'FORBIDDEN', reason: 'taken up on another connection' };

/** Three nodes, the last of which has the room. */
const start = async () => {
  /** What is sent from now on is under way so long, milliseconds; nobody hears what rooms publish. */
  const net = { delayMs: 0, isSilent: false };
  const cluster: TestCluster = new TestCluster({
    kinds: () => [lab()],
    delayMs: () => net.delayMs,
    ports: () => ({ store: cluster.store, feed: lossy(cluster.feed, () => net.isSilent) }),
  });
  const nodes: TestClusterNode[] = [];
  for (let i = 0; i < 3; i += 1) nodes.push(await cluster.start());
  const [one, two, three] = nodes as [TestClusterNode, TestClusterNode, TestClusterNode];
  cluster.owners.set(A, three.id);
  const inputs = async (type: string) =>
    (await cluster.store.read(A, { limit: 1000 })).map(({ input }) => input).filter((input) => input.type === type);
  return { cluster, net, one, two, inputs };
};

const lossy = (feed: Feed, isSilent: () => boolean): Feed => ({
  publish: (address, message) => feed.publish(address, message),
  subscribe: (address, listener) =>
    feed.subscribe(address, (of, message) => (isSilent() ? undefined : listener(of, message))),
  head: (address) => feed.head(address),
});

describe('of the joins of a client that counts them, the last has the session', () => {
  it('one that was still on its way, from a connection that its client has given up, does not take it back', async () => {
    const { cluster, net, one, two } = await start();
    const { session, position: since } = await one.connect('ann').join(A, { attempt: 1 });
    net.delayMs = 300;
    const late = expect(one.connect('ann').join(A, { session, since, attempt: 2 })).rejects.toMatchObject(TAKEN_UP);
    await cluster.clock.advance(350);
    net.delayMs = 0;
    const ann = two.connect('ann');
    await ann.join(A, { session, since, attempt: 3 });
    await cluster.clock.advance(1000);
    await late;
    await ann.send(A, 'say', { text: 'x' });
    expect([texts(ann.events()), ann.received('closed')]).toEqual([['x'], []]);
  });

  it('nor does a connection that is open still, in a node that was cut off', async () => {
    const { cluster, net, one, two, inputs } = await start();
    const old = one.connect('ann');
    const { session, position: since } = await old.join(A, { attempt: 1 });
    one.cutOff();
    net.isSilent = true;
    const ann = two.connect('ann');
    await ann.join(A, { session, since, attempt: 2 });
    ann.drop();
    await cluster.clock.advance(6000);
    expect(old.received('closed')).toEqual([]);
    net.isSilent = false;
    one.comeBack();
    await cluster.clock.advance(3000);
    expect(old.received('closed')).toMatchObject([TAKEN_UP]);
    expect(await inputs('resume')).toMatchObject([{ attempt: 2 }]);
    const again = two.connect('ann');
    expect(await again.join(A, { session, since, attempt: 3 })).toMatchObject({ recovered: true, session });
  });

  it('nor does the answer of an earlier one that is heard after that of a later one', async () => {
    let release = (): void => {};
    let held: Promise<void> | undefined;
    class SlowStore extends MemoryRoomStore {
      override async read(...args: Parameters<MemoryRoomStore['read']>): ReturnType<MemoryRoomStore['read']> {
        await held;
        return super.read(...args);
      }
    }
    const rooms = await startTestRooms({ kinds: [lab()], store: new SlowStore() });
    const { session, position: since } = await rooms.connect('ann').join(A, { attempt: 1 });
    held = new Promise((resolve) => (release = resolve));
    const late = expect(rooms.connect('ann').join(A, { session, since, attempt: 2 })).rejects.toMatchObject(TAKEN_UP);
    await rooms.settle();
    held = undefined;
    const ann = rooms.connect('ann');
    await ann.join(A, { session, since, attempt: 3 });
    release();
    await late;
    await ann.send(A, 'say', { text: 'x' });
    expect([texts(ann.events()), ann.received('closed')]).toEqual([['x'], []]);
  });

  it('and is not left by a connection that it was on before', async () => {
    const { cluster, net, one, two, inputs } = await start();
    const old = one.connect('ann');
    const { session, position: since } = await old.join(A, { attempt: 1 });
    net.delayMs = 300;
    const left = old.leave(A);
    await cluster.clock.advance(350);
    net.delayMs = 0;
    const ann = two.connect('ann');
    await ann.join(A, { session, since, attempt: 2 });
    await cluster.clock.advance(1000);
    await left;
    await ann.send(A, 'say', { text: 'x' });
    expect([texts(ann.events()), await inputs('leave')]).toEqual([['x'], []]);
  });

  it('in a room that is loaded again too', async () => {
    const rooms = await startTestRooms({ kinds: [lab()], limits: { snapshotEntries: 1 } });
    const { session } = await rooms.connect('ann').join(A, { attempt: 1 });
    await rooms.connect('ann').join(A, { session, attempt: 3 });
    await rooms.settle();
    const next = await rooms.kill();
    await expect(next.connect('ann').join(A, { session, attempt: 2 })).rejects.toMatchObject(TAKEN_UP);
    expect(await next.connect('ann').join(A, { session, attempt: 3 })).toMatchObject({ session });
    // One that does not count is as good as the last.
    expect(await next.connect('ann').join(A, { session })).toMatchObject({ session });
    await expect(next.connect('ann').join(A, { session, attempt: 2 })).rejects.toMatchObject(TAKEN_UP);
  });
});
