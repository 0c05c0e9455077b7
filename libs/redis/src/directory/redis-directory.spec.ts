import { afterEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { directoryContract } from '@greenroom/testing/contracts';
import type { Sender } from '../connection.js';
import { becomes, TestRedis, type End } from '../redis.fixture.js';
import { LEASE_TIMES, RedisDirectory, type DirectoryContext } from './redis-directory.js';

const redis = new TestRedis();
const directories: RedisDirectory[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) directory.close();
  redis.disconnect();
});

const open = async (end: End, rest: Partial<DirectoryContext> = {}): Promise<RedisDirectory> => {
  const directory = await RedisDirectory.open({
    ...end,
    clock: new SystemClock(),
    times: LEASE_TIMES,
    monotonic: () => performance.now(),
    isHeard: async () => true,
    ...rest,
  });
  directories.push(directory);
  return directory;
};

directoryContract('RedisDirectory', async () => ({
  directory: await open(await redis.end(redis.app())),
  settle: () => redis.settle(),
}));

/** A lease is of real time, the server's: to be waited for, and not to end by itself on a busy machine that is late. */
const BRIEF = { leaseMs: 3000, beatMs: 250, fenceMs: 2500 };
const ROOMS = Array.from({ length: 200 }, (_, i) => `lab/${i}`);
const located = (directory: RedisDirectory): Promise<(string | undefined)[]> =>
  Promise.all(ROOMS.map((address) => directory.locate(address)));

describe('RedisDirectory', () => {
  const pair = async (rest: Partial<DirectoryContext> = {}, ofSecond: Partial<DirectoryContext> = {}) => {
    const prefix = redis.app();
    const one = await open(await redis.end(prefix), rest);
    const two = await open(await redis.end(prefix), { ...rest, ...ofSecond });
    await one.join('n1');
    await two.join('n2');
    await redis.settle();
    return { prefix, one, two };
  };

  /** It hears of nobody's coming and going until it beats. */
  const deaf = async (): Promise<Partial<DirectoryContext>> => {
    const { subscriptions } = await redis.end(redis.app());
    subscriptions.listen = () => ({ ready: Promise.resolve(), stop: () => {} });
    return { subscriptions };
  };

  it('nodes that ask at the same time for rooms that nobody owns are told the same owners, and each has its part', async () => {
    const { one, two } = await pair();
    const [first, second] = await Promise.all([located(one), located(two)]);
    expect(first).toEqual(second);
    for (const node of ['n1', 'n2']) expect(first.filter((owner) => owner === node).length).toBeGreaterThan(50);
  });

  it('those who ask for a room meanwhile are answered in their order', async () => {
    const end = await redis.end(redis.app());
    const one = await open(end);
    await one.join('n1');
    const order: number[] = [];
    const ask = (n: number): Promise<unknown> => one.locate('lab/asked').then(() => order.push(n));
    const first = ask(0);
    const last = first.then(() => ask(2));
    // The first question is half-way.
    await end.client.ping();
    await Promise.all([first, ask(1), last]);
    expect(order).toEqual([0, 1, 2]);
  });

  it('an owner that goes while it is asked for is neither told nor remembered', async () => {
    const prefix = redis.app();
    const end = await redis.end(prefix);
    let answered = Promise.resolve();
    const slow: Sender = {
      send: async (command, ...args) => {
        const reply = await end.redis.send(command, ...args);
        if (command === 'GETEX') await answered;
        return reply;
      },
    };
    const one = await open(end, { redis: slow });
    const two = await open(await redis.end(prefix));
    await two.join('n2');
    expect(await two.locate('lab/asked')).toBe('n2');
    await one.join('n1');
    let answer = (): void => {};
    answered = new Promise((resolve) => (answer = resolve));
    const asked = one.locate('lab/asked');
    await redis.settle();
    await two.leave('n2');
    await redis.settle();
    answer();
    expect(await asked).toBe('n1');
    expect(await one.locate('lab/asked')).toBe('n1');
  });

  it('nodes that know different nodes are told the same owner too', async () => {
    const { prefix, one } = await pair();
    // It has not heard of who comes next.
    const two = await open(await redis.end(prefix), await deaf());
    const three = await open(await redis.end(prefix));
    await three.join('n3');
    await redis.settle();
    const [first, second] = await Promise.all([located(two), located(one)]);
    expect(first).toEqual(second);
  });

  it('rooms stay where they are when a node comes; when one leaves its own go, to all that are left', async () => {
    const { prefix, one, two } = await pair();
    const before = await located(one);
    const three = await open(await redis.end(prefix));
    await three.join('n3');
    await redis.settle();
    expect(await located(three)).toEqual(before);
    await two.leave('n2');
    await redis.settle();
    const after = await located(one);
    expect(after).toEqual(await located(three));
    for (const [i, owner] of before.entries()) if (owner === 'n1') expect(after[i]).toBe('n1');
    expect(new Set(after)).toEqual(new Set(['n1', 'n3']));
  });

  it('a node that is not heard of for its lease takes no part any more', async () => {
    const beatMs = 50;
    const times = { leaseMs: 60_000, beatMs, fenceMs: 40_000 };
    const { one, two } = await pair({ times }, { times: { ...BRIEF, beatMs } });
    const heard: (readonly string[])[] = [];
    const gone = new Promise<void>((resolve) => {
      one.watch((nodes) => {
        heard.push(nodes);
        resolve();
      });
    });
    two.close();
    await gone;
    expect(heard).toEqual([['n1']]);
    expect(new Set(await located(one))).toEqual(new Set(['n1']));
  });

  it('a lease that ends is found to have ended then, and not with the next beat', async () => {
    // The beat that follows would come long after the lease.
    const times = { leaseMs: 200_000, beatMs: 60_000, fenceMs: 100_000 };
    const { one, two } = await pair({ times }, { times: BRIEF });
    const gone = new Promise((resolve) => void one.watch(resolve));
    two.close();
    expect(await gone).toEqual(['n1']);
  });

  it('one that Redis has not answered for a while knows of nobody, however late its timers are, until it answers', async () => {
    let now = 0;
    const end = await redis.end(redis.app());
    const directory = await open(end, { monotonic: () => now, clock: new VirtualClock() });
    await directory.join('n1');
    expect(await directory.locate('lab/a')).toBe('n1');
    const heard: (readonly string[])[] = [];
    directory.watch((nodes) => void heard.push(nodes));
    now += LEASE_TIMES.fenceMs;
    expect(await directory.locate('lab/a')).toBe('n1');
    const pause = end.client.client('PAUSE', 300, 'ALL');
    await pause;
    end.client.disconnect(true);
    now += 1;
    expect(await directory.locate('lab/a')).toBeUndefined();
    expect(heard).toEqual([[]]);
    await new Promise<void>((resolve) => end.client.once('ready', resolve));
    expect(await directory.locate('lab/a')).toBe('n1');
    expect(heard).toEqual([[], ['n1']]);
  });

  it('those who ask while it knows of nobody share one question to Redis, and so do those who ask after them', async () => {
    let now = 0;
    let isAway = false;
    const sent: string[] = [];
    const end = await redis.end(redis.app());
    const counting: DirectoryContext['redis'] = {
      send: async (name, ...args) => {
        sent.push(name);
        const reply = await end.redis.send(name, ...args);
        if (isAway) throw new Error('away');
        return reply;
      },
    };
    const directory = await open(end, { redis: counting, monotonic: () => now, clock: new VirtualClock() });
    await directory.join('n1');
    expect(await directory.locate('lab/a')).toBe('n1');
    const ask = async (): Promise<Set<string | undefined>> => {
      sent.length = 0;
      return new Set(await Promise.all(Array.from({ length: 100 }, () => directory.locate('lab/a'))));
    };
    now += LEASE_TIMES.fenceMs + 1;
    isAway = true;
    for (let round = 0; round < 2; round += 1) {
      expect(await ask()).toEqual(new Set([undefined]));
      expect(sent).toHaveLength(1);
    }
    isAway = false;
    expect(await ask()).toEqual(new Set(['n1']));
    expect(sent.slice(1)).toEqual(['GETEX', 'HGET']);
  });

  it('one that nobody hears, asked twice, is out before its lease is; one that is heard stays', async () => {
    const clock = new VirtualClock();
    const silent = new Set(['n2']);
    const isHeard = async (node: string): Promise<boolean> => !silent.has(node);
    const { one } = await pair({ clock, isHeard }, await deaf());
    const before = await located(one);
    one.suspect('n2');
    await clock.advance(249);
    expect(await located(one)).toEqual(before);
    await clock.advance(1);
    await redis.settle();
    expect(new Set(await located(one))).toEqual(new Set(['n1']));

    silent.clear();
    // It was alive after all, and says so with its next beat.
    await clock.advance(LEASE_TIMES.beatMs);
    await redis.settle();
    const heard: (readonly string[])[] = [];
    one.watch((nodes) => void heard.push(nodes));
    one.suspect('n2');
    await clock.advance(250);
    await redis.settle();
    expect(heard).toEqual([]);
  });

  it('a room that nobody remembers the owner of goes to who wrote its log last', async () => {
    const { prefix, one } = await pair();
    const end = await redis.end(prefix);
    for (const [i, address] of ROOMS.entries())
      await end.client.hset(end.keys.room(address), 'owner', `n${(i % 2) + 1}`);
    expect(await located(one)).toEqual(ROOMS.map((_, i) => `n${(i % 2) + 1}`));
  });

  it('a node that retires is given no more rooms, and keeps those it has until it releases them', async () => {
    const { one, two } = await pair();
    const before = await located(one);
    await one.retire('n1');
    await redis.settle();
    const heard: (readonly string[])[] = [];
    two.watch((nodes) => void heard.push(nodes));
    for (const directory of [one, two]) {
      expect(await located(directory)).toEqual(before);
      for (let i = 0; i < 20; i += 1) expect(await directory.locate(`lab/new${i}`)).toBe('n2');
    }
    const [address = ''] = ROOMS.filter((_, i) => before[i] === 'n1');
    await one.release(address, 'n1');
    two.forget(address);
    expect([await one.locate(address), await two.locate(address)]).toEqual(['n2', 'n2']);
    expect(heard).toEqual([]);
    expect(one.holds('n1')).toBe(true);
    await one.leave('n1');
    await redis.settle();
    expect(heard).toEqual([['n2']]);
  });

  it('a room that is released is placed anew among the nodes that there are now, and stays where that is who has it', async () => {
    const prefix = redis.app();
    const one = await open(await redis.end(prefix));
    await one.join('n1');
    expect(new Set(await located(one))).toEqual(new Set(['n1']));
    const two = await open(await redis.end(prefix));
    await two.join('n2');
    await redis.settle();
    for (const address of ROOMS) await one.release(address, 'n1');
    const after = await located(two);
    expect(after).toEqual(await located(one));
    for (const node of ['n1', 'n2']) expect(after.filter((owner) => owner === node).length).toBeGreaterThan(50);
    // Who does not own it releases nothing.
    for (const address of ROOMS) await two.release(address, 'n2');
    for (const address of ROOMS) await one.release(address, 'n1');
    for (const address of ROOMS) two.forget(address);
    expect(await located(two)).toEqual(after);
  });

  it('a room that nobody owns goes to the node that does less, whoever is asked; one that has an owner stays', async () => {
    const { prefix, one, two } = await pair({ clock: new VirtualClock() });
    const end = await redis.end(prefix);
    const before = await located(one);
    // Each hears with its own beat, before which it goes by what it knows.
    await one.join('n1', () => 1000);
    await two.join('n2', () => 10);
    const fresh = Array.from({ length: 50 }, (_, i) => `lab/fresh${i}`);
    expect(new Set(await Promise.all(fresh.map((address) => two.locate(address))))).toEqual(new Set(['n2']));
    await one.join('n1', () => 1000);
    for (const address of fresh) {
      await end.client.del(end.keys.owner(address));
      expect(await one.locate(address)).toBe('n2');
    }
    for (const directory of [one, two]) {
      for (const address of ROOMS) directory.forget(address);
      expect(await located(directory)).toEqual(before);
    }
    // Who lets go of one has no more claim to it than others.
    const [address = ''] = ROOMS.filter((_, i) => before[i] === 'n1');
    expect(await one.release(address, 'n1')).toBe('n2');
    await one.join('n1', () => 10);
    expect(new Set(await Promise.all(fresh.map((_, i) => one.locate(`lab/even${i}`))))).toEqual(new Set(['n1', 'n2']));
  });

  it('of a node that says nothing of it, as one of an older version, nothing is known; of one that is gone nothing is kept', async () => {
    const { prefix, one, two } = await pair({ clock: new VirtualClock() });
    const end = await redis.end(prefix);
    const hashed = await located(one);
    const loads = (): Promise<string[]> => end.client.zrange(end.keys.loads, '0', '-1', 'WITHSCORES');
    const afresh = async (): Promise<(string | undefined)[]> => {
      for (const address of ROOMS) {
        await end.client.del(end.keys.owner(address));
        one.forget(address);
      }
      return located(one);
    };
    await one.join('n1', () => 1000);
    expect(await loads()).toEqual(['n1', '1000']);
    expect(await afresh()).toEqual(hashed);
    await two.join('n2', () => 0);
    await one.join('n1', () => Number.NaN);
    expect(await loads()).toEqual(['n2', '0']);
    expect(await afresh()).toEqual(hashed);
    await two.leave('n2');
    await one.join('n3', () => 7);
    expect(await loads()).toEqual(['n3', '7']);
  });

  it('one that was taken for gone hears of it when it is back, though it never knew', async () => {
    const { prefix, one } = await pair({ clock: new VirtualClock() });
    const end = await redis.end(prefix);
    const heard: (readonly string[])[] = [];
    one.watch((nodes) => void heard.push(nodes));
    await end.client.zrem(end.keys.nodes, 'n1');
    // Its next beat.
    await one.join('n1');
    expect(heard).toEqual([['n2'], ['n1', 'n2']]);
  });

  it('one whose channels were lost holds nothing until it has beaten again', async () => {
    const { one } = await pair({ clock: new VirtualClock() });
    let inBetween: boolean | undefined;
    await redis.cutChannels(async () => {
      await becomes(() => expect(one.holds('n1')).toBe(false));
      inBetween = one.holds('n1');
    });
    expect(inBetween).toBe(false);
    await becomes(() => expect(one.holds('n1')).toBe(true));
  });
});
