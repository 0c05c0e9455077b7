import {
  DefinitionError,
  systemIds,
  SystemClock,
  type Clock,
  type Courier,
  type Directory,
  type Feed,
  type Ids,
  type PublishedTurn,
  type RoomsLogger,
  type RoomStore,
  type Users,
} from '@greenroom/rooms';
import { connect, type RedisClient } from './clients/connect.js';
import { RedisUnfitError, text, type RedisConnection } from './connection.js';
import { RedisCourier } from './courier/redis-courier.js';
import { LEASE_TIMES, RedisDirectory, type LeaseTimes } from './directory/redis-directory.js';
import { Heads } from './feed/heads.js';
import { RedisFeed } from './feed/redis-feed.js';
import { FORMAT, hash, Keys } from './keys.js';
import { checkClock, checkServer } from './server-check.js';
import { socketIoAdapter, type SocketIoAdapter } from './socketio-adapter.js';
import { KeptStore } from './store/kept-store.js';
import { RedisRoomStore } from './store/redis-store.js';
import { ReplicatedWrites } from './store/replicated-writes.js';
import { Subscriptions } from './subscriptions.js';
import { RedisUsers } from './users/redis-users.js';

export interface RedisOptions {
  /**
   * `redis://user:password@host:6379/0`, `rediss:` with TLS. One of a Redis Cluster is known as such; several: its seeds, of
   * which one has to be there. By Sentinels: `redis+sentinel://user:password@host:26379,host:26379/name/0`, `rediss+sentinel:`
   * with TLS, behind it `?sentinel_username=` and `sentinel_password=` where they want any.
   */
  readonly url?: string | readonly string[];
  /**
   * In place of `url`, what the app has set up itself: `Redis` or `Cluster` of ioredis 6, or what `createClient()` or
   * `createCluster()` of `redis` 5 or 6 return. Connections like it are made (`duplicate()`); it is not used itself.
   */
  readonly client?: RedisClient;
  /**
   * A write is acknowledged once so many replicas have it too; when they do not say so within a second its outcome is unknown.
   * Takes a third connection. Not for a Redis Cluster. @default 0
   */
  readonly replicas?: number;
  /** Begins every key and channel: of the apps on one server each has its own. @default 'greenroom' */
  readonly prefix?: string;
  /**
   * Keeps the rooms of all nodes in the place of Redis, which is left with who owns what and with what nodes tell each other:
   * PostgreSQL, say. Closed with the ports, and when they cannot be opened.
   * @default Redis
   */
  readonly store?: RoomStore;
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

/** The ports of one node, on connections of their own. Closing the store, or all, closes those. */
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
 * Has all that it opens or was given to keep closed again when it throws: the `store`, too, which nobody else may have at hand.
 * @throws RedisUnfitError when the server cannot be reached, or its settings would lose rooms. DefinitionError for times of
 * a lease that cannot work.
 */
export async function openRedis(options: RedisOptions): Promise<RedisPorts> {
  const connections: RedisConnection[] = [];
  try {
    checkLease(options);
    const source = sourceOf(options);
    return await openPorts(options, async (name) => {
      const made = await connect(source, name);
      connections.push(made);
      return made;
    });
  } catch (error) {
    for (const each of connections) each.disconnect();
    await options.store?.close().catch(() => undefined);
    throw error;
  }
}

const checkLease = ({ lease }: RedisOptions): void => {
  const { beatMs, fenceMs, leaseMs } = { ...LEASE_TIMES, ...lease };
  if (!(beatMs < fenceMs && fenceMs < leaseMs))
    throw new DefinitionError(
      `A lease of ${leaseMs} ms cannot be kept by beats of ${beatMs} and a fence of ${fenceMs}.`,
    );
};

const sourceOf = ({ url, client }: RedisOptions): readonly string[] | RedisClient => {
  if ((url === undefined) === (client === undefined))
    throw new DefinitionError('Redis is named by a url, or by a client: one of them.');
  return client ?? (typeof url === 'string' ? [url] : (url ?? []));
};

/** @param connection makes one, by a name that the server knows it by. */
async function openPorts(
  options: RedisOptions,
  connection: (name: string) => Promise<RedisConnection>,
): Promise<RedisPorts> {
  const { clock = new SystemClock(), ids = systemIds, logger = SILENT, prefix = 'greenroom', headsMs = 1000 } = options;
  const { replicas = 0 } = options;
  const redis = await connection('greenroom');
  const listening = await connection('greenroom-channels');
  if (replicas > 0 && redis.isCluster)
    throw new DefinitionError('The replicas of a Redis Cluster cannot be waited for.');
  // Its answers wait for replicas.
  const writing = replicas > 0 ? await connection('greenroom-writes') : redis;
  const keys = new Keys(prefix, redis.database);
  const sentences = await checkServer(redis);
  // They are about what is kept.
  if (options.store === undefined) for (const sentence of sentences) logger.warn(sentence, {});
  const askew = await checkClock(redis, () => clock.now());
  if (askew !== undefined) logger.warn(askew, {});
  await checkFormat(redis, keys);
  const report = sparingly(logger, clock);
  const subscriptions = new Subscriptions(listening, report);
  const heads = new Heads(redis, keys);
  const told = new WeakSet<PublishedTurn>();
  const hooks = {
    onFenced: (address: string): void => directory.forget(address),
    release: async (): Promise<void> => {
      directory.close();
      feed.close();
      subscriptions.close();
      redis.disconnect();
      writing.disconnect();
    },
  };
  const writes = replicas === 0 ? redis : new ReplicatedWrites(writing, replicas);
  const store =
    options.store === undefined
      ? new RedisRoomStore(
          redis,
          keys,
          {
            ...hooks,
            onClaimed: (address, span) => feed.claimed(address, span),
            onTold: (turn) => void told.add(turn),
          },
          writes,
        )
      : new KeptStore(options.store, heads, {
          ...hooks,
          onClaimed: (address, span) => feed.announce(address, span),
        });
  const shared = { redis, subscriptions, keys, clock, report };
  const name = ids.unique();
  const courier = await RedisCourier.open({
    ...shared,
    name,
    onSilent: (node) => directory.suspect(node),
    onUnavailable: (address) => directory.forget(address),
    onUnwritable: (room, cause) => logger.error('what is no plain data does not go from node to node', { room, cause }),
  });
  const directory = await RedisDirectory.open({
    ...shared,
    times: { ...LEASE_TIMES, ...options.lease },
    monotonic: () => performance.now(),
    isHeard: (node) => courier.isHeard(node),
  });
  // From here on nothing fails: what follows keeps time.
  const feed = new RedisFeed({
    ...shared,
    log: store,
    heads,
    name: hash(name) + 1,
    headsMs,
    isTold: (turn) => told.has(turn),
  });
  directory.watch((nodes) => courier.onNodes(nodes));
  const users = new RedisUsers({ ...shared, watch: (listener) => directory.watch(listener) });
  return { store, directory, courier, feed, users, adapter: socketIoAdapter(shared), close: () => store.close() };
}

/** @throws RedisUnfitError when another Greenroom wrote what is there. */
async function checkFormat(redis: RedisConnection, keys: Keys): Promise<void> {
  await redis.send('SETNX', keys.format, FORMAT);
  const format = text(await redis.send('GET', keys.format));
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
