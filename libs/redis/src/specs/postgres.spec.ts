import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openPostgresStore } from '@greenroom/store-postgres';
import { faultProxy, type FaultProxy } from '@greenroom/testing/faults';
import { PostgresServer } from '../../../../scripts/postgres-server.mjs';
import type { RedisOptions } from '../open-redis.js';
import { becomes, TestRedis } from '../redis.fixture.js';
import { TestNode } from './nodes.fixture.js';

// A Redis that keeps nothing when it dies.
const redis = new TestRedis(['--appendonly', 'no']);
let postgres: PostgresServer;
beforeAll(async () => void (postgres = await PostgresServer.start()), 120_000);
afterAll(() => postgres?.close());

const nodes: TestNode[] = [];
const proxies: FaultProxy[] = [];
afterEach(async () => {
  for (const { ports } of nodes.splice(0)) await ports.close();
  redis.disconnect();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

const start = async (app: string, options: Partial<RedisOptions> = {}): Promise<TestNode> => {
  const store = await openPostgresStore({ url: postgres.url, schema: app, connections: 4, statementMs: 2000 });
  const node = await TestNode.start({ url: redis.server.url, prefix: app, store, ...options });
  nodes.push(node);
  return node;
};

/** Two nodes, and a room that the first is to own. */
const pair = async (options: Partial<RedisOptions> = {}) => {
  const app = redis.app();
  const [a, b] = [await start(app, options), await start(app, options)];
  return { a, b, app, ofA: await a.roomOf(a) };
};

type Heard = ReturnType<TestNode['connect']>;
const texts = (who: Heard): readonly string[] => who.events('said').map(({ data }) => (data as { text: string }).text);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`);

describe('two nodes on Redis that keep their rooms on PostgreSQL', () => {
  it('take what is for the other to it, and each hears of all', async () => {
    const { a, b, ofA } = await pair();
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await ann.join(ofA);
    expect((await bob.join(ofA)).members.map(({ id }) => id)).toEqual(['ann', 'bob']);
    for (let i = 0; i < 30; i += 1) await (i % 2 === 0 ? ann : bob).send(ofA, 'say', { text: `${i}` });
    await becomes(() => {
      for (const each of [ann, bob]) expect(texts(each)).toEqual(numbers(30));
    });
    expect(await b.said(ofA)).toEqual({ said: numbers(30) });
    expect([a.node.active, b.node.active]).toEqual([1, 0]);
    expect([a.logged, b.logged]).toEqual([[], []]);
  });

  it('an owner whose connections end is replaced: what it acknowledged is there, a repeat is known, members go on', async () => {
    const { a, b, ofA } = await pair({ lease: { leaseMs: 60_000, fenceMs: 40_000 } });
    const bob = b.connect('bob');
    await bob.join(ofA);
    const first = await a.say(ofA, 'one', 'id-1');
    await a.ports.close();
    await becomes(() => b.say(ofA, 'two', 'id-2'));
    expect(await b.said(ofA)).toEqual({ said: ['one', 'two'] });
    expect(await b.say(ofA, 'one', 'id-1')).toMatchObject({ duplicate: true, position: first.position });
    await becomes(() => expect(texts(bob)).toEqual(['one', 'two']));
  });

  it('an owner that lost the room while its connections stand gives it up', async () => {
    const { a, b, app, ofA } = await pair();
    const other = await redis.end(app);
    await a.say(ofA, 'one');
    await other.client.set(other.keys.owner(ofA), b.node.id);
    await b.ports.store.claim(ofA, b.node.id, Date.now(), false);
    await becomes(() => a.say(ofA, 'two', 'id-2'));
    expect(await b.said(ofA)).toEqual({ said: ['one', 'two'] });
    expect([a.node.active, b.node.active]).toEqual([0, 1]);
  });

  it('what a node did not hear while it was cut off from Redis is refilled from PostgreSQL, who came and went as well', async () => {
    const proxy = await faultProxy({ target: { port: redis.server.port } });
    proxies.push(proxy);
    const app = redis.app();
    const lease = { leaseMs: 60_000, beatMs: 100, fenceMs: 40_000 };
    const a = await start(app, { lease });
    const b = await start(app, { lease, url: `redis://127.0.0.1:${proxy.port}` });
    const ofA = await a.roomOf(a);
    const [ann, bob] = [a.connect('ann'), b.connect('bob')];
    await bob.join(ofA);
    await a.say(ofA, '0');
    await becomes(() => expect(texts(bob)).toEqual(['0']));
    proxy.target(undefined);
    proxy.cut('reset');
    await ann.join(ofA);
    for (let i = 1; i < 10; i += 1) await a.say(ofA, `${i}`);
    expect(texts(bob)).toEqual(['0']);
    proxy.target({ port: redis.server.port });
    await becomes(() => expect(texts(bob)).toEqual(numbers(10)));
    const came = () => bob.received('presence').flatMap(({ joined }) => joined.map(({ id }) => id));
    await becomes(() => expect(came()).toContain('ann'));
  });

  it('when Redis dies and has forgotten everything, nothing acknowledged is lost, and both go on by themselves', async () => {
    const { a, b, ofA } = await pair();
    const bob = b.connect('bob');
    await bob.join(ofA);
    const { acked, stop } = saying(a, ofA);
    await becomes(() => expect(acked.length).toBeGreaterThan(20));
    await redis.server.kill();
    await redis.server.start();
    const before = acked.length;
    await becomes(() => expect(acked.length).toBeGreaterThan(before + 20));
    await stop();
    // The owner may have gone on alone.
    await becomes(() => b.said(ofA));
    const { said } = (await b.said(ofA)) as { readonly said: readonly string[] };
    expect(said.filter((text) => acked.includes(text))).toEqual(acked);
    expect(new Set(said).size).toBe(said.length);
    await becomes(() => expect(texts(bob)).toEqual(said));
  });

  it('when PostgreSQL dies and comes back, nothing acknowledged is lost, and both go on by themselves', async () => {
    const { a, b, ofA } = await pair();
    const bob = b.connect('bob');
    await bob.join(ofA);
    const { acked, stop } = saying(a, ofA);
    await becomes(() => expect(acked.length).toBeGreaterThan(20));
    await postgres.kill();
    await postgres.start();
    const before = acked.length;
    await becomes(() => expect(acked.length).toBeGreaterThan(before + 20));
    await stop();
    const { said } = (await b.said(ofA)) as { readonly said: readonly string[] };
    expect(said.filter((text) => acked.includes(text))).toEqual(acked);
    expect(new Set(said).size).toBe(said.length);
    await becomes(() => expect(texts(bob)).toEqual(said));
  });
});

/** Says one number after the other, and notes which were acknowledged. */
function saying(node: TestNode, address: string) {
  const acked: string[] = [];
  const over = new AbortController();
  const run = (async () => {
    for (let i = 0; !over.signal.aborted; i += 1)
      await node.say(address, `${i}`, `id-${i}`).then(
        () => acked.push(`${i}`),
        () => new Promise((resolve) => setTimeout(resolve, 10)),
      );
  })();
  const stop = async (): Promise<void> => {
    over.abort();
    await run;
  };
  return { acked, stop };
}
