import { cpus, loadavg } from 'node:os';
import { Redis } from 'ioredis';

/** What was measured on, as far as it can say so itself. */
export const provenance = async (redisUrl: string): Promise<string> => {
  const redis = new Redis(redisUrl);
  try {
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
    const setting = async (name: string): Promise<string> => (await redis.config('GET', name))[1] ?? '';
    const [appendonly, appendfsync] = [await setting('appendonly'), await setting('appendfsync')];
    const { length: cores } = cpus();
    return [
      `Node ${process.versions.node}, Redis ${version} (appendonly ${appendonly}, appendfsync ${appendfsync})`,
      `${cores} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}, all processes on one machine`,
      `load ${(loadavg()[0] ?? 0).toFixed(2)} in the minute before`,
    ].join('; ');
  } finally {
    redis.disconnect();
  }
};
