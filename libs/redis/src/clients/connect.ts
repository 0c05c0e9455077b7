import type { Cluster, Redis } from 'ioredis';
import { RedisUnfitError, type RedisConnection } from '../connection.js';
import { about } from './about.js';
import { connectBySentinels, connectLike, connectToCluster, connectToServer } from './ioredis.js';
import { connectLikeNodeRedis, isNodeRedis, type NodeRedisClient } from './node-redis.js';
import { isSentinelUrl, readSentinelUrl, withoutSecrets } from './sentinels.js';
import { shownUrl } from './server-url.js';

/** What an app has set up itself. It is not used, only connections like it are made. */
export type RedisClient = Redis | Cluster | NodeRedisClient;

/**
 * Connects to what the URLs name, or to what the app's client is for.
 * @param source see `RedisOptions`.
 * @param name by which the server knows the connection.
 * @throws RedisUnfitError when it cannot be reached.
 */
export async function connect(source: readonly string[] | RedisClient, name: string): Promise<RedisConnection> {
  if (isUrls(source)) return connectToUrls(source, name);
  try {
    const connection = await (isNodeRedis(source) ? connectLikeNodeRedis(source, name) : connectLike(source, name));
    if (connection.isCluster || (await modeOf(connection)) !== 'cluster') return connection;
    connection.disconnect();
  } catch (error) {
    if (error instanceof RedisUnfitError) throw error;
    throw unreachable('by the client that was handed in', error);
  }
  throw new RedisUnfitError('The client is for one server of a Redis Cluster: hand one in that is for the cluster.');
}

async function connectToUrls(urls: readonly string[], name: string): Promise<RedisConnection> {
  const [first] = urls;
  if (first === undefined) throw new RedisUnfitError('There is no URL of a Redis server.');
  if (isSentinelUrl(first)) {
    const sentinels = readSentinelUrl(first);
    return connectBySentinels(sentinels, name).catch((error: unknown) => {
      throw unreachable(`at ${withoutSecrets(first)}`, error);
    });
  }
  const where = urls.map(shownUrl).join(', ');
  let why: unknown;
  for (const url of urls) {
    try {
      return await connectToOne(url, urls, name);
    } catch (error) {
      if (error instanceof RedisUnfitError) throw error;
      why ??= error;
    }
  }
  throw unreachable(`at ${where}`, why);
}

async function connectToOne(url: string, urls: readonly string[], name: string): Promise<RedisConnection> {
  const connection = await connectToServer(url, name);
  const mode = await modeOf(connection);
  if (mode !== 'cluster' && mode !== 'sentinel') return connection;
  connection.disconnect();
  if (mode === 'cluster') return connectToCluster(urls, name);
  throw new RedisUnfitError(`${shownUrl(url)} is a Sentinel: its URL is of the form redis+sentinel://host:26379/name.`);
}

const modeOf = async (connection: RedisConnection): Promise<string | undefined> => {
  try {
    return (await about(connection)).get('redis_mode');
  } catch (error) {
    connection.disconnect();
    throw error;
  }
};

const unreachable = (where: string, cause: unknown): RedisUnfitError =>
  new RedisUnfitError(`Redis ${where} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

const isUrls = (source: readonly string[] | RedisClient): source is readonly string[] => Array.isArray(source);
