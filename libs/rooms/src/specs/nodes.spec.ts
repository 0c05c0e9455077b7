import { seededIds, TestConnection, VirtualClock } from '@greenroom/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PublishedTurn } from '../feed/feed.js';
import { MemoryFeed } from '../feed/memory-feed.js';
import { createRoomsNode } from '../local-node.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { RoomsNode } from '../node.js';
import type { Directory } from '../placement/directory.js';
import { MemoryCourier } from '../routing/memory-courier.js';
import { lab } from './lab.fixture.js';

const A = 'lab/a';

/** Tells every node the same owner, as the test has settled. */
class SettledDirectory implements Directory {
  readonly nodes: string[] = [];
  owner: string | undefined;

  async join(node: string): Promise<void> {
    this.nodes.push(node);
    this.owner ??= node;
  }
  async locate(): Promise<string | undefined> {
    return this.owner;
  }
  holds(): boolean {
    return true;
  }
  async release(): Promise<undefined> {}
  watch(): () => void {
    return () => {};
  }
  async retire(): Promise<void> {
    this.owner = undefined;
  }
  async leave(): Promise<void> {}
}

describe('two nodes on one store', () => {
  let [clock, store, directory] = [new VirtualClock(), new MemoryRoomStore(), new SettledDirectory()];
  let courier = new MemoryCourier();
  let nodes: RoomsNode[] = [];
  let logged: unknown[] = [];
  let turns: PublishedTurn[] = [];

  beforeEach(async () => {
    [clock, store, directory] = [new VirtualClock(), new MemoryRoomStore(), new SettledDirectory()];
    logged = [];
    courier = new MemoryCourier();
    const feed = new MemoryFeed((error) => logged.push(error));
    turns = [];
    feed.subscribe(A, (_, message) => message.type === 'turn' && turns.push(message));
    const note = (message: string): void => void logged.push(message);
    const logger = { warn: note, error: note };
    nodes = [1, 2].map((seed) =>
      createRoomsNode({ store, directory, courier, feed, clock, ids: seededIds(seed), logger, checks: true }),
    );
    for (const node of nodes) {
      node.register(lab());
      await node.start();
    }
  });
  afterEach(() => Promise.all(nodes.map((node) => node.drain())));

  const pair = () => nodes as [RoomsNode, RoomsNode];
  const connect = (node: RoomsNode, id: string) => new TestConnection(`${node.id}-${id}`, { id, name: id }, node);
  const say = (node: RoomsNode, text: string) => node.room(A).send('say', { text }, { as: { id: 'sys', name: 'Sys' } });
  const barriers = async () =>
    (await store.read(A, { limit: 100 })).filter(({ input }) => input.type === 'barrier').length;

  it('a room is run by its owner, whichever node is asked', async () => {
    const [one, two] = pair();
    const [ann, bob] = [connect(one, 'ann'), connect(two, 'bob')];
    await ann.join(A);
    await bob.join(A);
    await bob.send(A, 'say', { text: 'x' });
    expect([one.active, two.active]).toEqual([1, 0]);
    for (const each of [ann, bob]) expect(each.events('said')).toMatchObject([{ data: { text: 'x' } }]);
    expect(logged).toEqual([]);
  });

  it('an owner that is fenced gives the room up to the node that is to have it, and takes nothing back', async () => {
    const [one, two] = pair();
    await say(one, 'x');
    directory.owner = two.id;
    await say(two, 'y');
    const asked = say(one, 'z');
    await clock.advance(50);
    await asked;
    expect([one.active, two.active]).toEqual([0, 1]);
    expect(await barriers()).toBe(2);
    expect(await one.room(A).view()).toEqual(await two.room(A).view());
  });

  it('one that is fenced and is to have the room takes it back, and its members hear on without a gap', async () => {
    const [one, two] = pair();
    const ann = connect(one, 'ann');
    let at = (await ann.join(A)).position.seq;
    await say(one, 'x');
    // By a mistake: of a node that has heard of nothing.
    await store.claim(A, two.id, clock.now(), false);
    const asked = say(one, 'y');
    await clock.advance(50);
    await asked;
    expect([one.active, two.active]).toEqual([1, 0]);
    expect(await barriers()).toBe(3);
    expect(ann.events('said').map(({ data }) => data)).toMatchObject([{ text: 'x' }, { text: 'y' }]);
    for (const { from, to } of ann.received('events')) {
      expect(from).toBeLessThanOrEqual(at);
      at = to;
    }
  });

  it('what comes to a node that is not to have the room is refused, and takes it from nobody', async () => {
    const [one, two] = pair();
    await say(one, 'x');
    const request = { type: 'view', viewer: undefined } as const;
    const envelope = { address: A, request, deadline: clock.now() + 1000, from: 'n0', round: 1, index: 0 };
    await expect(courier.send(two.id, envelope)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(two.active).toBe(0);
    expect(await barriers()).toBe(1);
    expect(await courier.send(one.id, envelope)).toEqual(await one.room(A).view());
  });

  it("a node leaves another's rooms alone when they are due, and wakes its own that sleep", async () => {
    const [one, two] = pair();
    const later = (ms: number) => one.room(A).send('later', { ms }, { as: { id: 'sys', name: 'Sys' } });
    const rang = async () => (await store.read(A, { limit: 100 })).filter(({ input }) => input.type === 'timer').length;
    await later(5000);
    await clock.advance(10_000);
    expect([await rang(), await barriers()]).toEqual([1, 1]);
    await later(200_000);
    await clock.advance(100_000);
    expect(one.active).toBe(0);
    directory.owner = two.id;
    await clock.advance(110_000);
    expect([await rang(), await barriers()]).toEqual([2, 2]);
    expect([one.active, two.active]).toEqual([0, 1]);
  });

  it('a turn says which position it follows, however much is in it', async () => {
    const [one] = pair();
    await connect(one, 'ann').join(A);
    await Promise.all(['a', 'b', 'c'].map((text) => say(one, text)));
    await say(one, 'd');
    expect(turns.some(({ events }) => events.length === 3)).toBe(true);
    for (const [i, { after, to }] of turns.entries()) {
      // The barrier of the claim is before the first, and nobody hears of it.
      expect(after).toBe(turns[i - 1]?.to ?? 0);
      expect(to).toBeGreaterThan(after);
    }
  });

  it('one that cannot be told who is to have the room gives it up', async () => {
    const [one, two] = pair();
    await say(one, 'x');
    await store.claim(A, two.id, clock.now(), false);
    directory.owner = undefined;
    const asked = expect(say(one, 'lost')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await clock.advance(50);
    await asked;
    expect(one.active).toBe(0);
    await expect(say(one, 'y')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    directory.owner = one.id;
    await say(one, 'y');
    expect(one.active).toBe(1);
  });
});
