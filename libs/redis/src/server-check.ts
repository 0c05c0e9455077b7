import { Cluster, type Redis } from 'ioredis';
import { RedisUnfitError, type RedisConnection } from './connection.js';

/** Sharded channels came with it. Valkey counts itself as 7.2 here. */
const LEAST_VERSION = 7;

/**
 * What a server's settings mean for what is kept there, a sentence each. A server that does not tell some of them is asked no more.
 * @throws RedisUnfitError when rooms would be lost, or cannot work.
 */
export async function checkServer(redis: RedisConnection): Promise<readonly string[]> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const sentences = await Promise.all(servers.map(checkOne));
  return [...new Set(sentences.flat())];
}

async function checkOne(redis: Redis): Promise<string[]> {
  const about = await redis.info();
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(about)?.[1];
  const version = field('redis_version') ?? '0';
  if (Number.parseInt(version, 10) < LEAST_VERSION)
    throw new RedisUnfitError(`Redis ${version} is too old: ${LEAST_VERSION} or later is needed, or Valkey.`);
  const policy = field('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    throw new RedisUnfitError(
      `Redis would drop rooms when its memory is full (maxmemory-policy ${policy}): set it to noeviction.`,
    );
  if (field('aof_enabled') === '0')
    return ['Redis has no append-only file (appendonly no): what was acknowledged is lost when it is restarted.'];
  const fsync = await settingOf(redis, 'appendfsync');
  if (fsync === undefined || fsync === 'always') return [];
  return [
    `Redis writes to disk before it answers, and syncs the disk later (appendfsync ${fsync}): what was acknowledged outlives ` +
      'its process, and not the last moments before a power failure.',
  ];
}

/** Hosted servers refuse to tell. */
async function settingOf(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = (await redis.config('GET', name)) as [string?, string?];
    return value;
  } catch {
    return undefined;
  }
}
