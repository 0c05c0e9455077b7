import { directoryContract } from '@greenroom/testing/contracts';
import { SystemClock } from '@greenroom/rooms';
import { TestRedis, type End } from '../redis.fixture.js';
import { LEASE_TIMES, RedisDirectory, type DirectoryContext } from './redis-directory.js';

const redis = new TestRedis();

const open = (end: End, rest: Partial<DirectoryContext> = {}): Promise<RedisDirectory> =>
  RedisDirectory.open({
    ...end,
    clock: new SystemClock(),
    times: LEASE_TIMES,
    monotonic: () => performance.now(),
    isHeard: async () => true,
    ...rest,
  });

directoryContract('RedisDirectory', async () => {
  const directory = await open(await redis.end(redis.app()));
  return {
    directory,
    settle: () => redis.settle(),
    async close() {
      directory.close();
      redis.disconnect();
    },
  };
});
