import { sum, type RedisUsed, type Used } from '../run/used.js';
import type { Measured } from '../run/stage.js';
import type { Figures } from './metrics.js';

/** What the nodes used above what they use at rest. */
export const nodeMicros = ({ nodeMicros, seconds }: Used, rest: Used): readonly number[] =>
  nodeMicros.map((micros, i) => micros - ((rest.nodeMicros[i] ?? 0) * seconds) / rest.seconds);

export const nodesPerCommand = (measured: Measured, rest: Used, owner: number): Figures => {
  const micros = nodeMicros(measured, rest);
  const nodesCpu = sum(micros) / measured.commands;
  const ownerCpu = (micros[owner] ?? 0) / measured.commands;
  return { nodesCpu, ownerCpu, othersCpu: nodesCpu - ownerCpu };
};

const redisMicros = ({ redis, seconds }: Used, rest: Used): number =>
  redis.cpuMicros - (rest.redis.cpuMicros * seconds) / rest.seconds;

export const redisPerCommand = (measured: Measured, rest: Used): Figures => {
  const { redis, commands } = measured;
  const calls = (name: string): number => (redis.calls.get(name) ?? 0) / commands;
  const all = allCalls(redis) / commands;
  const named = { evalsha: calls('evalsha'), hmget: calls('hmget'), zadd: calls('zadd'), hset: calls('hset') };
  const spublish = calls('spublish');
  return {
    redisCpu: redisMicros(measured, rest) / commands,
    redisEvalsha: named.evalsha,
    redisHmget: named.hmget,
    redisZadd: named.zadd,
    redisHset: named.hset,
    redisSpublish: spublish,
    redisRest: all - sum(Object.values(named)) - spublish,
    redisAll: all,
    redisBytesIn: redis.bytesIn / commands,
    redisBytesOut: redis.bytesOut / commands,
  };
};

export const saturated = (measured: Measured): Figures => ({
  nodesCpuFull: measured.cpuMicros / measured.commands,
  redisCpuFull: measured.redis.cpuMicros / measured.commands,
  ackedFull: measured.commands / measured.seconds,
});

export const atRest = ({ seconds, nodeMicros: micros, redis }: Used): Figures => ({
  restRedis: allCalls(redis) / seconds,
  restRedisCpu: (redis.cpuMicros / 1e6 / seconds) * 100,
  restNodeCpu: (sum(micros) / micros.length / 1e6 / seconds) * 100,
});

const allCalls = ({ calls }: RedisUsed): number => sum(calls.values());
