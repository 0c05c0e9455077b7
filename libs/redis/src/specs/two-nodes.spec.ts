import { afterEach, describe, expect, it } from '@jest/globals';
import type { NodeLimits } from '@greenroom/rooms';
import { faultProxy, type FaultProxy } from '@greenroom/testing/faults';
import type { RedisOptions } from '../open-redis.js';
import { becomes, TestRedis } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

const redis = new TestRedis();
const nodes: TestNode[] = [];
const proxies: FaultProxy[] = [];
afterEach(async () => {
  for (const { node, ports } of nodes.splice(0)) {
    await node.drain();
    await ports.close();
  }
  redis.disconnect();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

const start = async (options: Partial<RedisOptions> & { readonly prefix: string }, limits?: Partial<NodeLimits>) => {
  const node = await TestNode.start({ url: redis.server.url, ...options }, limits);
  nodes.push(node);
  return node;
};

/** Two nodes, and rooms of which each is to own one. */
const pair = async (options: Partial<RedisOptions> = {}) => {
  const prefix = redis.app();
  const [a, b] = [await start({ prefix, ...options }), await start({ prefix, ...options })];
  const ofA = await a.roomOf(a);
  return { a, b, prefix, ofA, ofB: await a.roomOf(b) };
};

describe('two nodes', () => {
  it('take what is for the other to it: joins, commands, refusals, views, and each hears of all', async () => {
    const { a, b, ofA } = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    const { members } = await bob.join(ofA);
    expect(members.map(({ id }) => id)).toEqual(['ann', 'bob']);
    expect([a.node.active, b.node.active]).toEqual([1, 0]);
    for (let i = 0; i < 50; i += 1) {
      await (i % 2 === 0 ? ann : bob).send(ofA, 'say', { text: `${i}` });
      // Who said it has been told of it.
      expect((i % 2 === 0 ? ann : bob).events('said').at(-1)?.data).toMatchObject({ text: `${i}` });
    }
    await expect(bob.send(ofA, 'refuse', {})).rejects.toMatchObject({ code: 'REJECTED', reason: 'no' });
    const all = Array.from({ length: 50 }, (_, i) => `${i}`);
    await becomes(() => {
      for (const each of [ann, bob])
        expect(each.events('said').map(({ data }) => (data as { text: string }).text)).toEqual(all);
    });
    expect(await b.said(ofA)).toEqual({ said: all });
    const epochs = new Set(bob.received('events').map(({ epoch }) => epoch));
    expect(epochs.size).toBe(1);
    expect([a.logged, b.logged]).toEqual([[], []]);
  });

  it('a command costs one script, whatever it writes and whoever hears of it', async () => {
    const { a, b, ofA } = await pair({ headsMs: 60_000, lease: { leaseMs: 60_000, beatMs: 30_000, fenceMs: 40_000 } });
    const { client: admin } = await redis.end(redis.app());
    const scripts = async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    await bob.join(ofA);
    const before = await scripts();
    for (let i = 0; i < 100; i += 1) await ann.send(ofA, 'say', { text: `${i}` });
    expect(await scripts()).toBe(before + 100);
    await becomes(() => expect(bob.events('said')).toHaveLength(100));
  });

  it('carry signals to the other, and not back', async () => {
    const { a, b, ofA } = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    await bob.join(ofA);
    bob.signal(ofA, 'typing', { on: true });
    await becomes(() => expect(ann.received('signal')).toHaveLength(1));
    ann.signal(ofA, 'typing', { on: false });
    await becomes(() => expect(bob.received('signal')).toHaveLength(1));
    expect(ann.received('signal')).toHaveLength(1);
  });

  it('an owner whose connections end is replaced by the other: what it acknowledged is there, a repeat is known', async () => {
    // Not by its lease: that it is gone is noticed by what is sent to it.
    const { a, b, ofA } = await pair({ lease: { leaseMs: 60_000, fenceMs: 40_000 } });
    const bob = b.connect('bob');
    await bob.join(ofA);
    const first = await a.say(ofA, 'one', 'id-1');
    await becomes(() => expect(bob.events('said')).toHaveLength(1));
    await a.ports.close();
    await becomes(() => b.say(ofA, 'two', 'id-2'));
    expect(await b.said(ofA)).toEqual({ said: ['one', 'two'] });
    expect(await b.say(ofA, 'one', 'id-1')).toMatchObject({ duplicate: true, position: first.position });
    await becomes(() => expect(bob.events('said').map(({ data }) => data)).toHaveLength(2));
    expect(b.node.active).toBe(1);
  });

  it('when Redis dies and comes back, nothing acknowledged is lost, and both go on by themselves', async () => {
    const { a, b, ofA, ofB } = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    await bob.join(ofA);
    await a.say(ofB, 'elsewhere');
    const acked: string[] = [];
    const over = new AbortController();
    const saying = (async () => {
      for (let i = 0; !over.signal.aborted; i += 1)
        await a.say(ofA, `${i}`, `id-${i}`).then(
          () => acked.push(`${i}`),
          () => new Promise((resolve) => setTimeout(resolve, 10)),
        );
    })();
    await becomes(() => expect(acked.length).toBeGreaterThan(20));
    await redis.server.kill();
    await redis.server.start();
    const before = acked.length;
    await becomes(() => expect(acked.length).toBeGreaterThan(before + 20));
    over.abort();
    await saying;
    const { said } = (await b.said(ofA)) as { readonly said: readonly string[] };
    expect(said.filter((text) => acked.includes(text))).toEqual(acked);
    expect(new Set(said).size).toBe(said.length);
    const heard = () => bob.events('said').map(({ data }) => (data as { readonly text: string }).text);
    await becomes(() => expect(heard()).toEqual(said));
    await b.say(ofB, 'elsewhere again');
    expect(await a.said(ofB)).toEqual({ said: ['elsewhere', 'elsewhere again'] });
  });

  it('an owner that was cut off and comes back is refused by the fence, and goes to the new owner', async () => {
    const prefix = redis.app();
    const proxy = await faultProxy({ target: { port: redis.server.port } });
    proxies.push(proxy);
    const beatMs = 100;
    // Waited for, and not so short that a busy machine is late for it.
    const lease = { leaseMs: 3000, beatMs, fenceMs: 2500 };
    const a = await start({ prefix, lease, url: `redis://127.0.0.1:${proxy.port}` });
    const b = await start({ prefix, lease: { leaseMs: 60_000, beatMs, fenceMs: 40_000 } });
    const ofA = await b.roomOf(a);
    await a.say(ofA, 'one');
    // It hears nothing more, and nobody hears it.
    proxy.target(undefined);
    proxy.cut('reset');
    await becomes(() => b.say(ofA, 'two', 'id-2'));
    await expect(a.say(ofA, 'lost')).rejects.toMatchObject({ retryable: true });
    proxy.target({ port: redis.server.port });
    await becomes(() => a.say(ofA, 'three', 'id-3'));
    expect(await b.said(ofA)).toEqual({ said: ['one', 'two', 'three'] });
    expect(await a.said(ofA)).toEqual({ said: ['one', 'two', 'three'] });
    const barriers = (await b.ports.store.read(ofA, { limit: 100 })).filter(({ input }) => input.type === 'barrier');
    expect(barriers).toHaveLength(2);
  });

  it('an owner that is fenced while its connections stand gives the room up to the node that is to have it', async () => {
    const { a, b, prefix, ofA } = await pair();
    const [other] = [await redis.end(prefix)];
    await a.say(ofA, 'one');
    await other.client.set(other.keys.owner(ofA), b.node.id);
    await b.ports.store.claim(ofA, b.node.id, Date.now(), false);
    await becomes(() => a.say(ofA, 'two', 'id-2'));
    await becomes(() => b.say(ofA, 'three', 'id-3'));
    expect(await a.said(ofA)).toEqual({ said: ['one', 'two', 'three'] });
    expect([a.node.active, b.node.active]).toEqual([0, 1]);
    const barriers = (await b.ports.store.read(ofA, { limit: 100 })).filter(({ input }) => input.type === 'barrier');
    expect(barriers).toHaveLength(3);
  });

  it('members on a node that stays hear on without a gap when the owner is gone, and are never away', async () => {
    const { a, b, ofA } = await pair({ lease: { leaseMs: 60_000, fenceMs: 40_000 } });
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    let at = (await bob.join(ofA)).position.seq;
    await bob.send(ofA, 'say', { text: 'one' });
    await a.ports.close();
    // Asked once: it is brought to the next owner by itself.
    await bob.send(ofA, 'say', { text: 'two' });
    await becomes(() => expect(bob.events('said')).toHaveLength(2));
    for (const { from, to } of bob.received('events')) {
      expect(from).toBeLessThanOrEqual(at);
      at = to;
    }
    const inputs = (await b.ports.store.read(ofA, { limit: 100 })).map(({ input }) => input);
    expect(inputs.filter(({ type }) => type === 'drop')).toHaveLength(1);
    expect(bob.received('closed')).toEqual([]);
  });

  it('a node that drains hands its rooms over: commands asked of it meanwhile are done, once and in order', async () => {
    const { a, b, ofA } = await pair();
    const bob = b.connect('bob');
    await bob.join(ofA);
    const asked: Promise<unknown>[] = [];
    let drained: Promise<void> | undefined;
    // As many as may be unanswered at a time.
    for (let i = 0; i < 64; i += 1) {
      asked.push(bob.send(ofA, 'say', { text: `${i}` }, `id-${i}`));
      if (i === 20) drained = a.node.drain();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(asked);
    await drained;
    const all = Array.from({ length: 64 }, (_, i) => `${i}`);
    expect(await b.said(ofA)).toEqual({ said: all });
    await becomes(() =>
      expect(bob.events('said').map(({ data }) => (data as { readonly text: string }).text)).toEqual(all),
    );
    expect([a.node.active, b.node.active]).toEqual([0, 1]);
    expect([a.logged, b.logged]).toEqual([[], []]);
  });

  it('a list says how many are in rooms of other nodes', async () => {
    const { a, b, ofA, ofB } = await pair();
    await a.connect('ann').join(ofA);
    await b.connect('bob').join(ofA);
    await b.connect('bob').join(ofB);
    for (const { node } of [a, b]) {
      const { rooms } = await node.list('talk', 100);
      expect(new Map(rooms.map(({ id, members }) => [`talk/${id}`, members]))).toEqual(
        new Map([
          [ofA, 2],
          [ofB, 1],
        ]),
      );
    }
  });
});
