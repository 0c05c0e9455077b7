import { afterEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { usersContract } from '@greenroom/testing/contracts';
import { becomes, TestRedis, type End } from '../redis.fixture.js';
import { RedisUsers, type UsersContext } from './redis-users.js';

const redis = new TestRedis();
afterEach(() => redis.disconnect());

const NODES = ['n1', 'n2'];
/** All nodes take part, from the beginning to the end. */
const watch: UsersContext['watch'] = (listener) => {
  listener(NODES);
  return () => {};
};
const open = (end: End, rest: Partial<UsersContext> = {}): RedisUsers =>
  new RedisUsers({ ...end, clock: new SystemClock(), watch, ...rest });

usersContract('RedisUsers', async () => {
  const prefix = redis.app();
  return {
    users: open(await redis.end(prefix)),
    other: open(await redis.end(prefix)),
    settle: () => redis.settle(),
  };
});

describe('RedisUsers', () => {
  const nobody = (): void => {};

  it('connections of a node that takes no part any more count for nothing', async () => {
    const prefix = redis.app();
    let tell = (_nodes: readonly string[]): void => {};
    const users = open(await redis.end(prefix), {
      watch: (listener) => {
        tell = listener;
        return nobody;
      },
    });
    const dead = open(await redis.end(prefix));
    await users.serve('n1', nobody);
    await dead.serve('n2', nobody);
    tell(NODES);
    for (let i = 0; i < 3; i += 1) expect(await dead.enter('ann', 3)).toBe(true);
    expect(await users.enter('ann', 3)).toBe(false);
    tell(['n1']);
    expect(await users.enter('ann', 3)).toBe(true);
  });

  it('what nobody writes again is gone in hours; what a node that lives has is not', async () => {
    const prefix = redis.app();
    const clock = new VirtualClock();
    const end = await redis.end(prefix);
    const users = open(end, { clock });
    await users.serve('n1', nobody);
    await users.enter('ann', 3);
    const key = end.keys.user('ann');
    await end.redis.hset(key, 'dead', '2:1000');
    await end.redis.expire(key, 10);
    await clock.advance(60 * 60_000);
    await redis.settle();
    expect(Object.keys(await end.redis.hgetall(key))).toEqual(['n1']);
    expect(await end.redis.ttl(key)).toBeGreaterThan(60 * 60);
    users.leave('ann');
    await redis.settle();
    expect(await end.redis.exists(key)).toBe(0);
  });

  it('while Redis is away a node goes by its own count, and says what it has when Redis is back', async () => {
    const prefix = redis.app();
    const [here, there] = [await redis.end(prefix), await redis.end(prefix)];
    const [users, other] = [open(here), open(there)];
    await users.serve('n1', nobody);
    await other.serve('n2', nobody);
    expect(await users.enter('ann', 2)).toBe(true);
    await redis.server.kill();
    try {
      expect(await users.enter('ann', 2)).toBe(true);
      expect(await users.enter('ann', 2)).toBe(false);
      expect(await other.enter('ann', 2)).toBe(true);
      users.leave('ann');
      users.leave('ann');
    } finally {
      await redis.server.start();
    }
    await becomes(async () => expect(Object.keys(await there.redis.hgetall(there.keys.user('ann')))).toEqual(['n2']));
    expect(await users.enter('ann', 2)).toBe(true);
    expect(await users.enter('ann', 2)).toBe(false);
  });

  it('a Redis that does not answer holds nobody up', async () => {
    const clock = new VirtualClock();
    const users = open(await redis.end(redis.app()), { clock });
    await users.serve('n1', nobody);
    await redis.server.kill('SIGSTOP');
    try {
      const entered = users.enter('ann', 2);
      await clock.advance(500);
      expect(await entered).toBe(true);
    } finally {
      await redis.server.kill('SIGCONT');
    }
  });

  it('users are written to Redis when connections come and go, and with no limit not at all', async () => {
    const end = await redis.end(redis.app());
    const users = open(end);
    await users.serve('n1', nobody);
    await users.enter('ann', Infinity);
    expect(await end.redis.keys(`${end.keys.prefix}:*user*`)).toEqual([]);
    users.leave('ann');
    await users.enter('ann', 2);
    expect(await end.redis.keys(`${end.keys.prefix}:*user*`)).toHaveLength(1);
  });

  it('a node that was cut off hears, when it is back, whose connections were to end meanwhile, once', async () => {
    const prefix = redis.app();
    const [users, other] = [open(await redis.end(prefix)), open(await redis.end(prefix))];
    const told: string[] = [];
    await users.serve('n1', nobody);
    await users.dismiss('before', 'rude');
    await other.serve('n2', (user) => void told.push(user));
    await users.dismiss('ann', 'rude');
    await redis.cutChannels(() => users.dismiss('bob', 'rude'));
    await becomes(() => expect(told).toEqual(['ann', 'bob']));
    await users.dismiss('cat', 'rude');
    await becomes(() => expect(told).toEqual(['ann', 'bob', 'cat']));
  });

  it('while Redis is away the own connections end, and whoever asked is told that others may not know', async () => {
    const users = open(await redis.end(redis.app()));
    const told: string[] = [];
    await users.serve('n1', (user) => void told.push(user));
    await redis.server.kill();
    try {
      await expect(users.dismiss('ann', 'rude')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    } finally {
      await redis.server.start();
    }
    expect(told).toEqual(['ann']);
  });
});
