import { feedContract } from '@greenroom/testing/contracts';
import { SystemClock } from '@greenroom/rooms';
import { TestRedis, type End } from '../redis.fixture.js';
import { RedisRoomStore } from '../store/redis-store.js';
import { RedisFeed } from './redis-feed.js';

const redis = new TestRedis();

const open = (end: End, name: number): RedisFeed => {
  const hooks = { onClaimed: () => {}, onTold: () => {}, onFenced: () => {}, release: async () => {} };
  const log = new RedisRoomStore(end.redis, end.keys, hooks);
  return new RedisFeed({ ...end, name, log, clock: new SystemClock(), headsMs: 1000, isTold: () => false });
};

feedContract('RedisFeed', async () => {
  const prefix = redis.app();
  const feed = open(await redis.end(prefix), 1);
  const other = open(await redis.end(prefix), 2);
  return {
    feed,
    other,
    settle: () => redis.settle(),
    async close() {
      feed.close();
      other.close();
      redis.disconnect();
    },
  };
});
