import { Cluster, Redis } from 'ioredis';

/** One connection to a server, or those to the servers of a cluster. */
export type RedisConnection = Redis | Cluster;

/** What a script or a command is handed. */
export type Argument = string | number | Buffer;

/** Why Redis cannot be used; one sentence for whoever runs the server. */
export class RedisUnfitError extends Error {
  override readonly name = 'RedisUnfitError';
}

const CONNECT_MS = 5000;
const SLOWEST_RETRY_MS = 1000;
const retryMs = (times: number): number => Math.min(25 * 2 ** Math.min(times, 10), SLOWEST_RETRY_MS);

/**
 * What is not answered fails at once when the connection is lost, and nothing is sent later than it was asked for: whoever
 * asked decides what that means, and no write comes minutes late. A server that has become a replica is left.
 */
const COMMON = {
  protocol: 2,
  lazyConnect: true,
  enableReadyCheck: true,
  connectTimeout: CONNECT_MS,
  maxRetriesPerRequest: 0,
  // `Subscriptions` does, and knows what was missed.
  autoResubscribe: false,
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} as const;

/**
 * Connects to the server, or to the cluster that it turns out to be part of.
 * @param urls `redis://user:password@host:6379/0`, `rediss:` with TLS; of a cluster, any of its servers.
 * @throws RedisUnfitError when it cannot be reached.
 */
export async function connect(urls: readonly string[], name: string): Promise<RedisConnection> {
  const [first] = urls;
  if (first === undefined) throw new RedisUnfitError('There is no URL of a Redis server.');
  let why: unknown;
  for (const url of urls) {
    const single = new Redis(url, {
      ...COMMON,
      enableOfflineQueue: false,
      retryStrategy: retryMs,
      connectionName: name,
    });
    // What went wrong is told by the commands that fail.
    single.on('error', (error: Error) => (why = error));
    try {
      await single.connect();
      if (!/cluster_enabled:1/.test(await single.info('cluster'))) return single;
      single.disconnect();
      return await connectCluster(urls, name);
    } catch (error) {
      single.disconnect();
      why ??= error;
    }
  }
  throw new RedisUnfitError(`Redis at ${urls.map(withoutSecret).join(', ')} cannot be reached: ${messageOf(why)}`, {
    cause: why,
  });
}

async function connectCluster(urls: readonly string[], name: string): Promise<Cluster> {
  const { protocol, username, password } = new URL(urls[0] ?? '');
  const cluster = new Cluster([...urls], {
    lazyConnect: true,
    enableOfflineQueue: false,
    shardedSubscribers: true,
    clusterRetryStrategy: retryMs,
    clusterNodeRetryStrategy: retryMs,
    redisOptions: {
      ...COMMON,
      connectionName: name,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
  cluster.on('error', () => undefined);
  try {
    await cluster.connect();
  } catch (error) {
    cluster.disconnect();
    throw error;
  }
  return cluster;
}

/** A Lua script, run by its digest, whose replies are bytes. */
export type Script = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

/** @param name of no command of Redis, one of a kind on this connection. */
export function defineScript(redis: RedisConnection, name: string, lua: string): Script {
  redis.defineCommand(name, { lua });
  const run = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[`${name}Buffer`];
  if (run === undefined) throw new TypeError(`ioredis has not defined ${name}`);
  return (keys, args) => run.call(redis, keys.length, ...keys, ...args);
}

/** The server's own refusal of a command, which it then has not run. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ReplyError' || error.message.startsWith("Stream isn't writeable"));

const withoutSecret = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
