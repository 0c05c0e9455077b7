import {
  DefinitionError,
  systemIds,
  SystemClock,
  type Clock,
  type Courier,
  type Directory,
  type Feed,
  type Ids,
  type RoomsLogger,
  type RoomStore,
  type Users,
} from '@greenroom/rooms';
import type { PublishedTurn } from '@greenroom/rooms';
import { connect, RedisUnfitError, type RedisConnection } from './connection.js';
import { RedisCourier } from './courier/redis-courier.js';
import { LEASE_TIMES, RedisDirectory, type LeaseTimes } from './directory/redis-directory.js';
import { RedisFeed } from './feed/redis-feed.js';
import { FORMAT, hash, Keys } from './keys.js';
import { checkServer } from './server-check.js';
import { socketIoAdapter, type SocketIoAdapter } from './socketio-adapter.js';
import { RedisRoomStore } from './store/redis-store.js';
import { Subscriptions } from './subscriptions.js';
import { RedisUsers } from './users/redis-users.js';

export interface RedisOptions {
  /**
   * `redis://user:password@host:6379/0`, `rediss:` with TLS. One of a Redis Cluster is known as such; several: its seeds, of
   * which one has to be there.
   */
  readonly url: string | readonly string[];
  /** Begins every key and channel: of the apps on one server each has its own. @default 'greenroom' */
  readonly prefix?: string;
  /** @default LEASE_TIMES */
  readonly lease?: Partial<LeaseTimes>;
  /** How often what a node has heard is compared with the log, milliseconds. @default 1000 */
  readonly headsMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly ids?: Ids;
  /** @default silent */
  readonly logger?: RoomsLogger;
}

/** The ports of one node, on two connections. Closing the store, or all, closes both. */
export interface RedisPorts {
  readonly store: RoomStore;
  readonly directory: Directory;
  readonly courier: Courier;
  readonly feed: Feed;
  readonly users: Users;
  /** For `server.adapter()`: Socket.IO's own, sharded, on the same connections. */
  readonly adapter: SocketIoAdapter;
  close(): Promise<void>;
}

/** Failures are reported no more often, milliseconds. */
const REPORT_MS = 10_000;

const SILENT: RoomsLogger = { error: () => {}, warn: () => {} };

/**
 * @throws RedisUnfitError when the server cannot be reached, or its settings would lose rooms. DefinitionError for times of
 * a lease that cannot work.
 */
export async function openRedis(options: RedisOptions): Promise<RedisPorts> {
  const { beatMs, fenceMs, leaseMs } = { ...LEASE_TIMES, ...options.lease };
  if (!(beatMs < fenceMs && fenceMs < leaseMs))
    throw new DefinitionError(
      `A lease of ${leaseMs} ms cannot be kept by beats of ${beatMs} and a fence of ${fenceMs}.`,
    );
  const urls = typeof options.url === 'string' ? [options.url] : options.url;
  const redis = await connect(urls, 'greenroom');
  try {
    const listening = await connect(urls, 'greenroom-channels');
    try {
      return await openPorts(options, redis, listening);
    } catch (error) {
      listening.disconnect();
      throw error;
    }
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

async function openPorts(
  options: RedisOptions,
  redis: RedisConnection,
  listening: RedisConnection,
): Promise<RedisPorts> {
  const { clock = new SystemClock(), ids = systemIds, logger = SILENT, prefix = 'greenroom', headsMs = 1000 } = options;
  const keys = new Keys(prefix);
  for (const sentence of await checkServer(redis)) logger.warn(sentence, {});
  await checkFormat(redis, keys);
  const report = sparingly(logger, clock);
  const subscriptions = new Subscriptions(listening, report);
  const told = new WeakSet<PublishedTurn>();
  const store = new RedisRoomStore(redis, keys, {
    onClaimed: (address, span) => feed.claimed(address, span),
    onTold: (turn) => void told.add(turn),
    onFenced: (address) => directory.forget(address),
    release: async () => {
      directory.close();
      feed.close();
      subscriptions.close();
      redis.disconnect();
    },
  });
  const shared = { redis, subscriptions, keys, clock, report };
  const name = ids.unique();
  const feed = new RedisFeed({
    ...shared,
    log: store,
    name: hash(name) + 1,
    headsMs,
    isTold: (turn) => told.has(turn),
  });
  const courier = await RedisCourier.open({
    ...shared,
    name,
    onSilent: (node) => directory.suspect(node),
    onUnavailable: (address) => directory.forget(address),
  });
  const directory = await RedisDirectory.open({
    ...shared,
    times: { ...LEASE_TIMES, ...options.lease },
    monotonic: () => performance.now(),
    isHeard: (node) => courier.isHeard(node),
  });
  directory.watch((nodes) => courier.onNodes(nodes));
  const users = new RedisUsers({ ...shared, watch: (listener) => directory.watch(listener) });
  return { store, directory, courier, feed, users, adapter: socketIoAdapter(shared), close: () => store.close() };
}

/** @throws RedisUnfitError when another Greenroom wrote what is there. */
async function checkFormat(redis: RedisConnection, keys: Keys): Promise<void> {
  await redis.setnx(keys.format, FORMAT);
  const format = await redis.get(keys.format);
  if (format !== String(FORMAT))
    throw new RedisUnfitError(
      `Redis holds data of format ${format} under ${keys.prefix}; this Greenroom reads ${FORMAT}.`,
    );
}

/** While Redis is away everything fails: it is said once in a while, with how often. */
const sparingly = (logger: RoomsLogger, clock: Clock): ((cause: unknown) => void) => {
  let saidAt = -Infinity;
  let unsaid = 0;
  return (cause) => {
    unsaid += 1;
    if (clock.now() - saidAt < REPORT_MS) return;
    logger.warn('Redis has failed', { cause, times: unsaid });
    saidAt = clock.now();
    unsaid = 0;
  };
};
