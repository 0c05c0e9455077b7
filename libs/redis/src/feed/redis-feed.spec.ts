import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryRoomStore, type FeedMessage, type PublishedTurn } from '@greenroom/rooms';
import { feedContract } from '@greenroom/testing/contracts';
import { SHARDS } from '../keys.js';
import { becomes, TestRedis } from '../redis.fixture.js';
import { Turns } from '../store/turns.fixture.js';
import { A, HEADS_MS, Nodes, STORES } from './nodes.fixture.js';

const redis = new TestRedis();
const nodes = new Nodes(redis);
afterEach(() => nodes.close());

feedContract('RedisFeed', async () => {
  const [{ feed }, { feed: other }] = await nodes.pair();
  return { feed, other, settle: () => redis.settle() };
});

describe.each(STORES)('RedisFeed of rooms that are kept in %s', (_, newStore) => {
  const setUp = async () => {
    const kept = newStore();
    const [owner, other] = await nodes.pair(kept);
    const turns = await Turns.claim(owner.store, A);
    const [here, there] = [owner.hear(), other.hear()];
    await redis.settle();
    const commit = async (entries = 1): Promise<PublishedTurn> => {
      const turn = await turns.commit(entries);
      owner.feed.publish(A, turn);
      return turn;
    };
    return { kept, owner, other, turns, here, there, commit };
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

  it('who begins to listen on the node of the owner hears at once, though the store has not said where the room is', async () => {
    const { owner, turns } = await setUp();
    const turn = await turns.commit();
    const heard = owner.hear('lab/new');
    owner.feed.publish('lab/new', turn);
    expect(heard).toEqual([turn]);
    await redis.settle();
    expect(heard).toEqual([turn]);
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

  it('a turn with more entries than are read at a time is refilled too', async () => {
    const { other, there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    other.loses = 1;
    all.push(await commit(5000), await commit());
    await becomes(() => expect(there).toHaveLength(all.length));
    expect(there).toEqual(all);
  });

  it('a hole that comes about while another is refilled is refilled, too', async () => {
    const { other, there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    const rows = other.store.rows.bind(other.store);
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    other.store.rows = async (...args) => {
      const found = await rows(...args);
      await answered;
      return found;
    };
    for (let hole = 0; hole < 2; hole += 1) {
      other.loses = 1;
      for (let i = 0; i < 2; i += 1) all.push(await commit());
      await redis.settle();
    }
    expect(there).toEqual(all.slice(0, 1));
    answer();
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

  it('the heads of many rooms are asked for a shard at a time, and a lost end is noticed in each', async () => {
    const [owner, other] = await nodes.pair(newStore());
    const addresses = Array.from({ length: 200 }, (_, i) => `lab/${i}`);
    const heard = addresses.map((address) => other.hear(address));
    const turns = await Promise.all(addresses.map((address) => Turns.claim(owner.store, address)));
    await redis.settle();
    await other.clock.advance(HEADS_MS);
    const { redis: sender } = other.end;
    const send = sender.send.bind(sender);
    const sent: string[] = [];
    sender.send = (name, ...args) => {
      sent.push(name);
      return send(name, ...args);
    };
    await other.clock.advance(HEADS_MS);
    await redis.settle();
    sender.send = send;
    const asked = sent.filter((name) => name !== 'PING');
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(SHARDS);

    other.loses = addresses.length;
    const all: PublishedTurn[][] = [];
    for (const [i, address] of addresses.entries()) {
      const turn = await turns[i]?.commit();
      if (turn === undefined) throw new Error('a room has no turns');
      owner.feed.publish(address, turn);
      all.push([turn]);
    }
    await redis.settle();
    expect(heard.flat()).toEqual([]);
    await other.clock.advance(2 * HEADS_MS);
    await redis.settle();
    expect(heard).toEqual(all);
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
    const { kept, other, commit } = await setUp();
    await commit();
    const late = await nodes.start(other.end.keys.prefix, kept);
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

  it('what an owner committed and nobody was told, because it died, is heard once another has claimed the room', async () => {
    const { owner, other, turns, there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    other.loses = 1;
    all.push(await turns.commit());
    await redis.settle();
    expect(there).toEqual(all.slice(0, 1));
    other.loses = 0;
    await Turns.claim(owner.store, A, 'b');
    await redis.settle();
    expect(there).toEqual(all);
  });

  it('a hole that the log does not have holds nothing up', async () => {
    const [owner, other] = await nodes.pair(newStore());
    const there = other.hear();
    await redis.settle();
    const turns = await Turns.claim(owner.store, 'lab/elsewhere');
    const volatile = Array.from({ length: 6 }, () => turns.next()[1]);
    for (const [i, turn] of volatile.entries()) if (i !== 2 && i !== 3) owner.feed.publish(A, turn);
    await redis.settle();
    expect(there).toEqual([0, 1, 4, 5].map((i) => volatile[i]));
    expect(await other.feed.head(A)).toEqual({ epoch: volatile[5]?.epoch, seq: volatile[5]?.to });
  });

  it('what Redis did not take is told when heads are compared, the newest turn of a room and so all before it', async () => {
    const { owner, other, there, commit } = await setUp();
    const all = [await commit()];
    await redis.settle();
    owner.isAway = true;
    other.loses = 3;
    for (let i = 0; i < 3; i += 1) all.push(await commit());
    await redis.settle();
    expect(there).toEqual(all.slice(0, 1));
    owner.isAway = false;
    other.loses = 0;
    // The owner tells, or who listens looks: once to see that the room is still, and once to ask.
    for (const { clock } of [owner, other]) await clock.advance(2 * HEADS_MS);
    await redis.settle();
    expect(there).toEqual(all);
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

describe('RedisFeed of a room of which Redis lost the end, as it does when it fails over,', () => {
  /** Both nodes have heard of three turns that are not in the log any more; the other is not told of what comes next. */
  const setUp = async (kept: number) => {
    const [owner, other] = await nodes.pair();
    const turns = await Turns.claim(owner.store, A);
    const [here, there] = [owner.hear(), other.hear()];
    await redis.settle();
    const told = async (by: Turns): Promise<PublishedTurn> => {
      const turn = await by.commit();
      owner.feed.publish(A, turn);
      return turn;
    };
    for (let i = 0; i < kept; i += 1) await told(turns);
    const { client, keys } = owner.end;
    const saved = new Map<string, Buffer | null>();
    for (const key of [keys.room(A), keys.log(A)]) saved.set(key, await client.dumpBuffer(key));
    for (let i = 0; i < 3; i += 1) await told(turns);
    await redis.settle();
    for (const [key, bytes] of saved) if (bytes !== null) await client.restore(key, 0, bytes, 'REPLACE');
    for (const heard of [here, there]) heard.length = 0;
    other.loses = Infinity;
    const next = await Turns.claim(owner.store, A, 'b');
    return { other, here, there, tell: () => told(next) };
  };

  // Above, at, and below where it was.
  it.each([1, 2, 3, 4, 6])('all %i turns after it are heard by who was told of none', async (count) => {
    const { other, here, there, tell } = await setUp(4);
    const all: PublishedTurn[] = [];
    for (let i = 0; i < count; i += 1) all.push(await tell());
    await redis.settle();
    expect([here, there]).toEqual([all, []]);
    other.loses = 0;
    all.push(await tell());
    await redis.settle();
    expect([here, there]).toEqual([all, all]);
  });

  it('with all that was before it, too', async () => {
    const { other, there, tell } = await setUp(0);
    const all = [await tell(), await tell(), await tell()];
    other.loses = 0;
    all.push(await tell());
    await redis.settle();
    expect(there).toEqual(all);
  });
});

describe('RedisFeed of rooms that are kept elsewhere', () => {
  it('misses nothing of a room of which Redis knows no head, however long its log takes to answer', async () => {
    const kept = new MemoryRoomStore();
    const [owner, other] = await nodes.pair(kept);
    const turns = await Turns.claim(owner.store, A);
    const commit = async (): Promise<PublishedTurn> => {
      const turn = await turns.commit();
      owner.feed.publish(A, turn);
      return turn;
    };
    for (let i = 0; i < 3; i += 1) await commit();
    await owner.end.client.del(owner.end.keys.head(A));
    let answer = (): void => {};
    const read = kept.read.bind(kept);
    kept.read = async (...args) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return read(...args);
    };
    other.loses = 1;
    const heard = other.hear();
    await redis.settle();
    const all = [await commit(), await commit()];
    await redis.settle();
    kept.read = read;
    answer();
    await redis.settle();
    expect(heard.slice(-2)).toEqual(all);
    // The next one asks Redis alone.
    expect(await owner.end.client.hget(owner.end.keys.head(A), 'seq')).toBe(String(all[1]?.to));
  });

  it('a node that Redis is away from goes on with those who come to it, in rooms of its own', async () => {
    const [owner] = await nodes.pair(new MemoryRoomStore());
    const turns = await Turns.claim(owner.store, A);
    owner.isAway = true;
    const heard = owner.hear();
    await redis.settle();
    const turn = await turns.commit();
    owner.feed.publish(A, turn);
    expect(heard).toEqual([turn]);
  });

  it('a late word of an owner that was replaced moves no head back', async () => {
    const [owner, other] = await nodes.pair(new MemoryRoomStore());
    const turns = await Turns.claim(owner.store, A);
    const late = await turns.commit();
    const next = await Turns.claim(other.store, A, 'b');
    const turn = await next.commit();
    other.feed.publish(A, turn);
    await redis.settle();
    owner.feed.publish(A, late);
    await redis.settle();
    expect(await other.feed.head(A)).toEqual({ epoch: turn.epoch, seq: turn.to });
  });
});
