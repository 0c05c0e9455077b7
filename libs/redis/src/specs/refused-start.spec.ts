import { afterEach, expect, it } from '@jest/globals';
import { MemoryRoomStore, type Timer } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { openRedis, type RedisOptions } from '../open-redis.js';
import { becomes, TestRedis } from '../redis.fixture.js';

const redis = new TestRedis();
afterEach(() => redis.disconnect());

class NotingClock extends VirtualClock {
  readonly pending = new Set<Timer>();

  override after(delayMs: number, run: () => void): Timer {
    const timer = super.after(delayMs, () => {
      this.pending.delete(timer);
      run();
    });
    this.pending.add(timer);
    return timer;
  }

  override cancel(timer: Timer): void {
    this.pending.delete(timer);
    super.cancel(timer);
  }
}

class NotingStore extends MemoryRoomStore {
  readonly isShared = true;
  closed = 0;

  override close(): Promise<void> {
    this.closed += 1;
    return super.close();
  }
}

/** How much keeps this process from ending. */
const alive = (): number => process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS|Timeout)/.test(name)).length;

/** A URL of somebody who has no right to our channels. */
const unheard = async (prefix: string): Promise<string> => {
  const { client: admin } = await redis.end(redis.app());
  await admin.call('ACL', 'SETUSER', 'unheard', 'on', '>secret', '~*', '+@all', 'resetchannels', `&${prefix}:other`);
  return redis.server.url.replace('//', '//unheard:secret@');
};

it.each<[string, (prefix: string) => Promise<Partial<RedisOptions>>, string]>([
  ['there is nothing to connect to', async () => ({ url: [] }), 'There is no URL'],
  ['a URL and a client are named', async () => ({ client: (await redis.end(redis.app())).client }), 'one of them'],
  ['the lease cannot be kept', async () => ({ lease: { leaseMs: 3000 } }), 'cannot be kept'],
  ['nobody answers', async () => ({ url: 'redis://127.0.0.1:1' }), 'cannot be reached'],
  [
    'there is data of another format',
    async (prefix) => {
      const { client: admin, keys } = await redis.end(prefix);
      await admin.set(keys.format, '7');
      return {};
    },
    'holds data of format 7',
  ],
  ['channels are refused', async (prefix) => ({ url: await unheard(prefix) }), 'NOPERM'],
])('where %s a start ends, and leaves nothing open: not the store that it was given, either', async (_, with_, why) => {
  const prefix = redis.app();
  const [store, clock] = [new NotingStore(), new NotingClock()];
  const before = alive();
  const options = await with_(prefix);
  await expect(openRedis({ url: redis.server.url, prefix, store, clock, ...options })).rejects.toThrow(why);
  expect(store.closed).toBe(1);
  expect(clock.pending.size).toBe(0);
  redis.disconnect();
  await becomes(() => expect(alive()).toBeLessThanOrEqual(before));
});

it('why it was refused is told, whatever the store says to its end', async () => {
  const store = new NotingStore();
  store.close = () => Promise.reject(new Error('gone'));
  await expect(openRedis({ url: 'redis://127.0.0.1:1', store })).rejects.toThrow('cannot be reached');
});
