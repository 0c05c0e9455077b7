export type { RedisClient } from './clients/connect.js';
export type { NodeRedisClient } from './clients/node-redis.js';
export { RedisUnfitError } from './connection.js';
export { LEASE_TIMES, type LeaseTimes } from './directory/redis-directory.js';
export { openRedis, type RedisOptions, type RedisPorts } from './open-redis.js';
