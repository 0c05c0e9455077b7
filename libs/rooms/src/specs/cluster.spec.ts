import { TestCluster, type TestClusterNode } from '@greenroom/testing';
import { describe, expect, it } from '@jest/globals';
import { StoreRefusedError } from '../errors.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { Batch, Fence, RoomStore } from '../log/store.js';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const GRACE_MS = 30_000;

const start = async (count: number, kinds = () => [lab()], delayMs = () => 0, store?: RoomStore) => {
  const cluster = new TestCluster({ kinds, delayMs, ...(store && { store }) });
  const nodes: TestClusterNode[] = [];
  for (let i = 0; i < count; i += 1) nodes.push(await cluster.start());
  return { cluster, nodes: nodes as [TestClusterNode, TestClusterNode, TestClusterNode] };
};
const say = (node: TestClusterNode, text: string) =>
  node.node.room(A).send('say', { text }, { as: { id: 'sys', name: 'Sys' } });
const texts = (connection: ReturnType<TestClusterNode['connect']>) =>
  connection.events('said').map(({ data }) => (data as { readonly text: string }).text);
const inputs = async ({ store }: TestCluster, type: string) =>
  (await store.read(A, { limit: 100_000 })).filter(({ input }) => input.type === type).map(({ input }) => input);
const hasNoGap = (connection: ReturnType<TestClusterNode['connect']>, joinedAt: number): void => {
  let at = joinedAt;
  for (const { from, to } of connection.received('events')) {
    expect(from).toBeLessThanOrEqual(at);
    at = to;
  }
};

describe('when the owner of a room dies', () => {
  it('members on other nodes hear on without a gap, and without having left; those on it wait for their grace', async () => {
    const {
      cluster,
      nodes: [one, two, three],
    } = await start(3);
    cluster.owners.set(A, one.id);
    const [ann, bob, cid] = [one.connect('ann'), two.connect('bob'), three.connect('cid')];
    await ann.join(A);
    const { position } = await bob.join(A);
    await cid.join(A);
    await say(two, 'one');
    // Nobody but them hears of it, and it moves no floor.
    await say(two, 'whisper');
    one.kill();
    const asked = bob.send(A, 'say', { text: 'two' }, 'c1');
    await cluster.clock.advance(1000);
    await asked;
    await cluster.clock.advance(5000);
    expect(cluster.nodes.map(({ node }) => node.active)).toEqual([1, expect.any(Number), expect.any(Number)]);
    expect(two.node.active + three.node.active).toBe(1);
    for (const each of [bob, cid]) {
      expect(texts(each)).toEqual(['one', 'whisper', 'two']);
      expect(each.received('closed')).toEqual([]);
    }
    hasNoGap(bob, position.seq);
    expect(await inputs(cluster, 'drop')).toHaveLength(1);
    expect(await inputs(cluster, 'resume')).toEqual([]);
    await cluster.clock.advance(GRACE_MS);
    expect((await bob.members(A)).members.map(({ id }) => id)).toEqual(['bob', 'cid']);
  });

  it('it is woken on another node though nobody asks for it, and nobody but those who are gone was in it', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    await one.connect('ann').join(A);
    one.kill();
    await cluster.clock.advance(GRACE_MS + 10_000);
    expect(await inputs(cluster, 'leave')).toMatchObject([{ reason: 'lost' }]);
    expect(two.node.active).toBeLessThanOrEqual(1);
  });

  it('a timer of it goes on, though members only listen', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const bob = two.connect('bob');
    await bob.join(A);
    await bob.send(A, 'later', { ms: 5000 });
    one.kill();
    await cluster.clock.advance(8000);
    expect(bob.events('rang')).toHaveLength(1);
  });

  it('what waits to ask it again asks when the node is taken for gone, and not only when its pause is over', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    let goneAt: number | undefined;
    two.watch((nodes) => {
      if (!nodes.includes(one.id)) goneAt ??= cluster.clock.now();
    });
    one.cutOff();
    await cluster.clock.advance(1000);
    const answeredAt: number[] = [];
    // Each is somewhere else in its pause by then.
    for (let i = 0; i < 20; i += 1) {
      cluster.owners.set(`lab/${i}`, one.id);
      const asked = two.node.room(`lab/${i}`).send('say', { text: 'x' }, { as: { id: 'sys', name: 'Sys' } });
      void asked.then(() => answeredAt.push(cluster.clock.now()));
      await cluster.clock.advance(37);
    }
    await cluster.clock.advance(4000);
    expect(answeredAt).toEqual(Array.from({ length: 20 }, () => goneAt));
  });

  it('what a member asks in order comes in order, over the takeover, each once', async () => {
    const {
      cluster,
      nodes: [one, two, three],
    } = await start(3);
    cluster.owners.set(A, one.id);
    const bob = two.connect('bob');
    await bob.join(A);
    await three.connect('cid').join(A);
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 60; i += 1) {
      asked.push(bob.send(A, 'say', { text: `${i}` }, `c${i}`));
      if (i === 20) one.kill();
      await cluster.clock.advance(20);
    }
    await cluster.clock.advance(1000);
    await Promise.all(asked);
    expect(texts(bob)).toEqual(Array.from({ length: 60 }, (_, i) => `${i}`));
  });
});

describe('when an owner is away for a moment, in which nobody takes it for gone', () => {
  const letters = 'abcdefgh'.split('');

  it.each([
    ['turns away what comes', (node: TestClusterNode) => node.cutOff(), (node: TestClusterNode) => node.comeBack()],
    [
      'loses what comes',
      (node: TestClusterNode) => (node.isDeaf = true),
      (node: TestClusterNode) => (node.isDeaf = false),
    ],
  ])('and %s, what was under way is done in order, without waiting for a deadline', async (_, goAway, comeBack) => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(
      2,
      () => [lab()],
      () => 10,
    );
    cluster.owners.set(A, one.id);
    const bob = two.connect('bob');
    const joined = bob.join(A);
    await cluster.clock.advance(200);
    await joined;
    const asked: Promise<unknown>[] = [];
    for (const [i, text] of letters.entries()) {
      asked.push(bob.send(A, 'say', { text }, `c${i}`));
      if (i === 3) goAway(one);
      if (i === 5) comeBack(one);
      await cluster.clock.advance(4);
    }
    await cluster.clock.advance(1000);
    await Promise.all(asked);
    expect(texts(bob)).toEqual(letters);
  });
});

it('what an owner could not do, and whose answer is lost, is done before what came after it', async () => {
  const world = { refuses: 0 };
  class RefusingStore extends MemoryRoomStore {
    override append(address: string, fence: Fence, batch: Batch): Promise<number> {
      if (world.refuses === 0) return super.append(address, fence, batch);
      world.refuses -= 1;
      return Promise.reject(new StoreRefusedError('full'));
    }
  }
  const {
    cluster,
    nodes: [one, two],
  } = await start(2, undefined, undefined, new RefusingStore());
  cluster.owners.set(A, one.id);
  const bob = two.connect('bob');
  await bob.join(A);
  world.refuses = 1;
  two.isDeaf = true;
  const first = bob.send(A, 'say', { text: 'first' }, 'c1');
  await cluster.clock.advance(10);
  const second = bob.send(A, 'say', { text: 'second' }, 'c2');
  await cluster.clock.advance(10);
  two.isDeaf = false;
  cluster.fail(one.id);
  await cluster.clock.advance(1000);
  await Promise.all([first, second]);
  expect(world.refuses).toBe(0);
  expect(texts(bob)).toEqual(['first', 'second']);
});

describe('when a node with members dies', () => {
  it('the owner on another node has them wait, and tells of them when their grace is over', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const ann = one.connect('ann');
    await ann.join(A);
    await two.connect('bob').join(A);
    two.kill();
    await cluster.clock.advance(5000);
    expect(await inputs(cluster, 'drop')).toHaveLength(1);
    await cluster.clock.advance(GRACE_MS);
    expect((await ann.members(A)).members.map(({ id }) => id)).toEqual(['ann']);
  });
});

describe('when a node is cut off', () => {
  it('for less than its lease, nobody leaves and no room moves', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    await one.connect('ann').join(A);
    const bob = two.connect('bob');
    await bob.join(A);
    two.cutOff();
    await cluster.clock.advance(3000);
    two.comeBack();
    await cluster.clock.advance(5000);
    await bob.send(A, 'say', { text: 'x' });
    expect(await inputs(cluster, 'drop')).toEqual([]);
    expect(await inputs(cluster, 'barrier')).toHaveLength(1);
  });

  it('and has a room again that another had meanwhile, its members hear on: what they were told since is not told again', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const ann = one.connect('ann');
    const { position } = await ann.join(A);
    one.cutOff();
    // In its turn the room is lost here, and cannot be loaded again.
    const asked = expect(ann.send(A, 'say', { text: 'lost' })).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await cluster.clock.advance(7000);
    await asked;
    await say(two, 'one');
    one.comeBack();
    // It is handed over before this node has asked whose it is.
    cluster.owners.set(A, one.id);
    await cluster.clock.advance(2000);
    await say(one, 'two');
    expect([one.node.active, texts(ann)]).toEqual([1, ['one', 'two']]);
    expect(ann.received('reset')).toEqual([]);
    hasNoGap(ann, position.seq);
  });

  it('and could not load a room that another has taken since, it keeps nothing of it', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    await say(one, 'one');
    one.cutOff();
    await expect(say(one, 'lost')).rejects.toMatchObject({ retryable: true });
    await cluster.clock.advance(6000);
    one.comeBack();
    await cluster.clock.advance(100);
    // What it was told was still its own is taken by who has not heard of it yet.
    expect([one.node.active, two.node.active]).toEqual([1, 0]);
    cluster.owners.set(A, two.id);
    await say(two, 'two');
    await cluster.clock.advance(3000);
    expect([one.node.active, two.node.active]).toEqual([0, 1]);
  });

  it('for longer, its members are waited for, and taken up again where they are once it is back', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const [ann, bob] = [one.connect('ann'), two.connect('bob')];
    await ann.join(A);
    await bob.join(A);
    two.cutOff();
    await cluster.clock.advance(10_000);
    expect(await inputs(cluster, 'drop')).toHaveLength(1);
    two.comeBack();
    await cluster.clock.advance(100);
    expect(await inputs(cluster, 'resume')).toHaveLength(1);
    await bob.send(A, 'say', { text: 'back' });
    expect(texts(ann)).toEqual(['back']);
    expect(bob.received('closed')).toEqual([]);
    await cluster.clock.advance(GRACE_MS);
    expect((await ann.members(A)).members.map(({ id }) => id)).toEqual(['ann', 'bob']);
  });

  it('for longer, with more members than fit in a letter, they are all taken up again; who left meanwhile stays away', async () => {
    const COUNT = 1400;
    const cluster = new TestCluster({
      kinds: () => [lab({ maxMembers: COUNT })],
      limits: { mailbox: { maxLetters: COUNT, maxBytes: 128 * 1024 } },
      // So that somebody can leave while the node tells of its members.
      delayMs: () => 10,
    });
    const starting = [cluster.start(), cluster.start()];
    await cluster.clock.advance(1000);
    const [one, two] = (await Promise.all(starting)) as [TestClusterNode, TestClusterNode];
    cluster.owners.set(A, one.id);
    const people = Array.from({ length: COUNT }, (_, i) => two.connect(`m${i}`));
    for (let i = 0; i < COUNT; i += 500) {
      const joining = Promise.all(people.slice(i, i + 500).map((each) => each.join(A)));
      await cluster.clock.advance(200);
      await joining;
    }

    two.cutOff();
    await cluster.clock.advance(10_000);
    expect(await inputs(cluster, 'drop')).toHaveLength(COUNT);
    two.comeBack();
    await cluster.clock.advance(15);
    people.at(-1)?.drop();
    await cluster.clock.advance(5000);
    expect(await inputs(cluster, 'resume')).toHaveLength(COUNT - 1);
    await cluster.clock.advance(GRACE_MS);
    const left = await inputs(cluster, 'leave');
    expect(left).toHaveLength(1);
    expect(people.flatMap((each) => each.received('closed'))).toEqual([]);
  });

  it('for longer than their grace, its members are told to join again', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    await one.connect('ann').join(A);
    const bob = two.connect('bob');
    await bob.join(A);
    two.cutOff();
    await cluster.clock.advance(GRACE_MS + 20_000);
    two.comeBack();
    await cluster.clock.advance(1000);
    expect(bob.received('closed')).toMatchObject([{ room: A, code: 'UNAVAILABLE' }]);
  });

  it('for longer than their grace, and owns the room when it is back, its members are told all the same', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    await one.connect('ann').join(A);
    const bob = two.connect('bob');
    await bob.join(A);
    two.cutOff();
    await cluster.clock.advance(GRACE_MS + 20_000);
    one.kill();
    await cluster.clock.advance(300);
    two.comeBack();
    await say(two, 'woken');
    await cluster.clock.advance(1000);
    expect(two.node.active).toBe(1);
    expect(bob.received('closed')).toMatchObject([{ room: A, code: 'UNAVAILABLE' }]);
  });

  it('it gives up the rooms that others have taken over, and its members go on in them', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const [ann, bob] = [one.connect('ann'), two.connect('bob')];
    await ann.join(A);
    await bob.join(A);
    one.cutOff();
    await expect(say(one, 'lost')).rejects.toMatchObject({ retryable: true });
    await cluster.clock.advance(6000);
    const asked = say(two, 'two');
    await cluster.clock.advance(1000);
    await asked;
    expect(two.node.active).toBe(1);
    one.comeBack();
    await cluster.clock.advance(1000);
    expect([one.node.active, two.node.active]).toEqual([0, 1]);
    await ann.send(A, 'say', { text: 'three' });
    expect(texts(ann)).toEqual(['two', 'three']);
    expect(texts(bob)).toEqual(['two', 'three']);
  });
});

describe('a session', () => {
  it('that is taken up on another node ends where it was, which is told why, and has no say in it any more', async () => {
    const {
      cluster,
      nodes: [one, two, three],
    } = await start(3);
    cluster.owners.set(A, three.id);
    const old = one.connect('ann');
    const { session, position } = await old.join(A);
    const ann = two.connect('ann');
    await ann.join(A, { session, since: position });
    expect(old.received('closed')).toMatchObject([{ code: 'FORBIDDEN', reason: 'taken up on another connection' }]);
    await expect(old.leave(A)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    old.drop();
    await cluster.clock.advance(100);
    await ann.send(A, 'say', { text: 'x' });
    expect([texts(old), texts(ann)]).toEqual([[], ['x']]);
    expect(await inputs(cluster, 'drop')).toEqual([]);
  });

  it('is not taken back by a connection that is gone, whose node reaches the room only now', async () => {
    const {
      cluster,
      nodes: [one, two, three],
    } = await start(3);
    cluster.owners.set(A, three.id);
    const old = one.connect('ann');
    const { session, position } = await old.join(A);
    old.drop();
    await cluster.clock.advance(100);
    // She tries from the same node while the owner cannot be reached, gives up, and comes in by another.
    three.cutOff();
    const tried = one.connect('ann');
    const late = expect(tried.join(A, { session, since: position })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await cluster.clock.advance(200);
    tried.drop();
    three.comeBack();
    const ann = two.connect('ann');
    const joined = ann.join(A, { session, since: position });
    await cluster.clock.advance(1000);
    await Promise.all([joined, late]);
    await ann.send(A, 'say', { text: 'x' });
    expect([texts(ann), ann.received('closed')]).toEqual([['x'], []]);
  });
});

describe('rooms that are kept in memory', () => {
  const kinds = () => [lab({ durability: 'memory' })];

  it('take nothing while others may have taken them over, and go on when nobody has', async () => {
    const {
      cluster,
      nodes: [one],
    } = await start(2, kinds);
    cluster.owners.set(A, one.id);
    const ann = one.connect('ann');
    await ann.join(A);
    await ann.send(A, 'say', { text: 'one' });
    await ann.send(A, 'later', { ms: 1000 });
    one.cutOff();
    await expect(ann.send(A, 'say', { text: 'lost' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await cluster.clock.advance(3000);
    expect(ann.events('rang')).toEqual([]);
    one.comeBack();
    await cluster.clock.advance(200);
    expect(ann.events('rang')).toHaveLength(1);
    await ann.send(A, 'say', { text: 'two' });
    expect(texts(ann)).toEqual(['one', 'two']);
  });

  it('end when another node has made them anew: one owner, of a later epoch, and members are told to join again', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2, kinds);
    cluster.owners.set(A, one.id);
    const [ann, bob] = [one.connect('ann'), two.connect('bob')];
    await ann.join(A);
    const before = await bob.join(A);
    one.cutOff();
    await cluster.clock.advance(10_000);
    expect(bob.received('closed')).toMatchObject([{ code: 'UNAVAILABLE' }]);
    const after = await bob.join(A);
    expect(after.position.epoch).toBeGreaterThan(before.position.epoch);
    one.comeBack();
    await cluster.clock.advance(1000);
    expect([one.node.active, two.node.active]).toEqual([0, 1]);
    expect(ann.received('closed')).toMatchObject([{ code: 'UNAVAILABLE' }]);
    await ann.join(A);
    await ann.send(A, 'say', { text: 'new' });
    expect(texts(bob)).toEqual(['new']);
  });
});

describe('a node that comes later', () => {
  const ROOMS = Array.from({ length: 6 }, (_, i) => `lab/${i}`);
  const sys = { id: 'sys', name: 'Sys' };

  it('gets rooms that were idle when they are next asked for, and nothing of them is lost; those with members stay', async () => {
    const { cluster, nodes } = await start(1, () => [lab({ passivateAfterMs: 1000 })]);
    const [one] = nodes;
    const sayIn = (node: TestClusterNode, address: string, text: string) =>
      node.node.room(address).send('say', { text }, { as: sys, commandId: `${address} ${text}` });
    const ann = one.connect('ann');
    await ann.join(A);
    for (const address of ROOMS) await sayIn(one, address, 'early');
    const two = await cluster.start();
    for (const address of ROOMS) await sayIn(two, address, 'again');
    // Nothing moves for its coming.
    expect([one.load(), two.load()]).toEqual([7, 0]);

    await cluster.clock.advance(1000);
    expect([one.load(), two.load()]).toEqual([1, 0]);
    for (const [i, address] of ROOMS.entries()) {
      const [asked, other] = i % 2 === 0 ? [one, two] : [two, one];
      expect(await sayIn(asked, address, 'early')).toMatchObject({ duplicate: true });
      await sayIn(other, address, 'late');
      expect(await asked.node.room(address).view()).toEqual({ said: ['early', 'again', 'late'] });
    }
    expect([one.load(), two.load()]).toEqual([4, 3]);
    expect([...one.node.rooms()].map(({ address }) => address)).toContain(A);
    expect(ann.received('closed')).toEqual([]);
  });
});

describe('a node that drains', () => {
  it('hands its rooms to others: nothing that is asked meanwhile fails, in order, and members stay', async () => {
    const {
      cluster,
      nodes: [one, two, three],
    } = await start(3);
    cluster.owners.set(A, one.id);
    const [bob, cid] = [two.connect('bob'), three.connect('cid')];
    const { position } = await bob.join(A);
    await cid.join(A);
    const asked: Promise<unknown>[] = [];
    let drained: Promise<void> | undefined;
    for (let i = 0; i < 50; i += 1) {
      asked.push(bob.send(A, 'say', { text: `${i}` }, `c${i}`));
      if (i === 20) drained = one.node.drain();
      await cluster.clock.advance(5);
    }
    await cluster.clock.advance(500);
    await Promise.all(asked);
    await drained;
    expect(texts(cid)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
    hasNoGap(bob, position.seq);
    expect(await inputs(cluster, 'drop')).toEqual([]);
    expect(one.node.active).toBe(0);
    expect(cluster.logged).toEqual([]);
  });

  it('has rooms go on elsewhere that nobody asks for', async () => {
    const {
      cluster,
      nodes: [one, two],
    } = await start(2);
    cluster.owners.set(A, one.id);
    const bob = two.connect('bob');
    await bob.join(A);
    await bob.send(A, 'later', { ms: 2000 });
    await one.node.drain();
    expect(two.node.active).toBe(1);
    await cluster.clock.advance(3000);
    expect(bob.events('rang')).toHaveLength(1);
  });

  it('the last one answers UNAVAILABLE at once', async () => {
    const {
      nodes: [one],
    } = await start(1);
    await say(one, 'x');
    await one.node.drain();
    await expect(say(one, 'y')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });
});
