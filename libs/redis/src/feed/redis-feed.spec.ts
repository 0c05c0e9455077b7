import { afterEach, describe, expect, it } from '@jest/globals';
import type { FeedMessage, PublishedTurn } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { feedContract } from '@greenroom/testing/contracts';
import { TestRedis, type End } from '../redis.fixture.js';
import { RedisRoomStore } from '../store/redis-store.js';
import { Turns } from '../store/turns.fixture.js';
import { RedisFeed } from './redis-feed.js';

const redis = new TestRedis();
const A = 'lab/a';
const HEADS_MS = 1000;

/** A node's store and feed; its channels can be made to lose what comes. */
class Node {
  readonly clock = new VirtualClock();
  readonly told = new WeakSet<PublishedTurn>();
  readonly store: RedisRoomStore;
  readonly feed: RedisFeed;
  /** So many messages are lost on their way to this node. */
  loses = 0;
  /** Until then it takes the server to hear what it has asked for. */
  heard: Promise<void> = Promise.resolve();

  constructor(
    readonly end: End,
    name: number,
  ) {
    this.store = new RedisRoomStore(end.redis, end.keys, {
      onClaimed: (address, span) => this.feed.claimed(address, span),
      onTold: (turn) => void this.told.add(turn),
      onFenced: () => {},
      release: async () => {},
    });
    const { subscriptions } = end;
    const listen = subscriptions.listen.bind(subscriptions);
    subscriptions.listen = (channel, listener) => {
      const subscription = listen(channel, (bytes) => {
        if (this.loses > 0) this.loses -= 1;
        else listener(bytes);
      });
      const ready = Promise.all([subscription.ready, this.heard]).then(() => undefined);
      return { ready, stop: () => subscription.stop() };
    };
    const isTold = (turn: PublishedTurn): boolean => this.told.has(turn);
    this.feed = new RedisFeed({ ...end, name, log: this.store, clock: this.clock, headsMs: HEADS_MS, isTold });
  }

  hear(address = A): FeedMessage[] {
    const heard: FeedMessage[] = [];
    this.feed.subscribe(address, (_, message) => void heard.push(message));
    return heard;
  }
}

const nodes: Node[] = [];
const start = async (count = 2): Promise<Node[]> => {
  const prefix = redis.app();
  for (let i = 1; i <= count; i += 1) nodes.push(new Node(await redis.end(prefix), i));
  return nodes.slice(-count);
};
afterEach(() => {
  for (const { feed } of nodes.splice(0)) feed.close();
  redis.disconnect();
});

feedContract('RedisFeed', async () => {
  const [{ feed }, { feed: other }] = (await start()) as [Node, Node];
  return { feed, other, settle: () => redis.settle() };
});

describe('RedisFeed', () => {
  const setUp = async () => {
    const [owner, other] = (await start()) as [Node, Node];
    const turns = await Turns.claim(owner.store, A);
    const [here, there] = [owner.hear(), other.hear()];
    await redis.settle();
    const commit = async (): Promise<PublishedTurn> => {
      const turn = await turns.commit();
      owner.feed.publish(A, turn);
      return turn;
    };
    return { owner, other, turns, here, there, commit };
  };

  it('a turn that the store has told is heard once on every node, and on its own before `publish` returns', async () => {
    const { owner, turns, here, there } = await setUp();
    const all: PublishedTurn[] = [];
    for (let i = 0; i < 20; i += 1) {
      const turn = await turns.commit();
      owner.feed.publish(A, turn);
      all.push(turn);
      expect(here).toHaveLength(all.length);
    }
    await redis.settle();
    expect(here).toEqual(all);
    expect(there).toEqual(all);
  });

  it('a hole is refilled from the log, with all that was told of each turn, and what came after it waits', async () => {
    const { other, there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    other.loses = 3;
    for (let i = 0; i < 3; i += 1) all.push(await commit());
    await redis.settle();
    expect(there).toEqual(all.slice(0, 1));
    for (let i = 0; i < 3; i += 1) all.push(await commit());
    await redis.settle();
    expect(there).toEqual(all);
  });

  it('a lost end is noticed when heads are compared', async () => {
    const { other, there, commit } = await setUp();
    other.loses = 2;
    const all = [await commit(), await commit()];
    await redis.settle();
    expect(there).toEqual([]);
    // Once to see that the room is still, and once to ask.
    await other.clock.advance(2 * HEADS_MS);
    await redis.settle();
    expect(there).toEqual(all);
  });

  it('what was told while the channels were lost is heard once they are back', async () => {
    const { there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    await redis.cutChannels(async () => {
      for (let i = 0; i < 5; i += 1) all.push(await commit());
    });
    expect(there).toEqual(all);
    all.push(await commit());
    await redis.settle();
    expect(there).toEqual(all);
  });

  it('what is committed after `subscribe` and before the channel is heard is not missed', async () => {
    const { other, commit } = await setUp();
    await commit();
    const late = new Node(await redis.end(other.end.keys.prefix), 9);
    nodes.push(late);
    let hear = (): void => {};
    late.heard = new Promise((resolve) => (hear = resolve));
    late.loses = 2;
    const heard = late.hear();
    // Its place in the stream is asked for in the call; the owner's commits come behind it.
    await late.end.client.ping();
    const all = [await commit(), await commit()];
    await redis.settle();
    expect(heard).toEqual([]);
    hear();
    await redis.settle();
    expect(heard).toEqual(all);
  });

  it('a signal is heard once on every node', async () => {
    const { owner, here, there } = await setUp();
    const signal: FeedMessage = { type: 'signal', name: 'typing', data: { on: true }, by: { id: 'ann' }, from: 'c1' };
    owner.feed.publish(A, signal);
    await redis.settle();
    expect([here, there]).toEqual([[signal], [signal]]);
  });

  it('goes on in order over a takeover, whatever the node that hears has missed of it', async () => {
    for (const lost of [0, 1, 2]) {
      const { owner, other, there, commit } = await setUp();
      const all = [await commit()];
      await redis.settle();
      other.loses = lost;
      const next = await Turns.claim(other.store, A, 'b');
      const turn = await next.commit();
      other.feed.publish(A, turn);
      all.push(turn);
      await redis.settle();
      expect(there).toEqual(all);
      const heard = owner.hear();
      await redis.settle();
      const last = await next.commit();
      other.feed.publish(A, last);
      await redis.settle();
      expect(heard).toEqual([last]);
    }
  });

  it('a hole that the log does not have holds nothing up', async () => {
    const [owner, other] = (await start()) as [Node, Node];
    const there = other.hear();
    await redis.settle();
    const turns = await Turns.claim(owner.store, 'lab/elsewhere');
    const volatile = Array.from({ length: 6 }, () => turns.next()[1]);
    for (const [i, turn] of volatile.entries()) if (i !== 2 && i !== 3) owner.feed.publish(A, turn);
    await redis.settle();
    expect(there).toEqual([0, 1, 4, 5].map((i) => volatile[i]));
    expect(await other.feed.head(A)).toEqual({ epoch: volatile[5]?.epoch, seq: volatile[5]?.to });
  });

  it('bytes on the channel that are none of ours are passed over', async () => {
    const { owner, there, commit } = await setUp();
    await owner.end.client.spublish(owner.end.keys.feed(A), 'what is this');
    await owner.end.client.spublish(owner.end.keys.feed(A), '');
    const turn = await commit();
    await redis.settle();
    expect(there).toEqual([turn]);
  });
});
