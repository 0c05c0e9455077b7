import type { Usage } from '../servers/main.js';
import type { RedisCounts } from './redis.js';

/** How far the processes that are measured were, at one moment. */
export interface Reading {
  readonly nodes: readonly Usage[];
  readonly redis: RedisCounts | undefined;
}

/** What they used over a while. */
export interface Used {
  readonly seconds: number;
  /** Of each node. */
  readonly nodeMicros: readonly number[];
  readonly redis: RedisUsed;
}

export interface RedisUsed {
  readonly cpuMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** More by so much at the end. */
  readonly memoryBytes: number;
  /** By name: those within scripts, too. */
  readonly calls: ReadonlyMap<string, number>;
}

const NOTHING: RedisUsed = { cpuMicros: 0, bytesIn: 0, bytesOut: 0, memoryBytes: 0, calls: new Map() };

/** Each tells how far it is when it comes to it, a little after the window opens, and a little after it shuts: scaled to the window. */
export const usedBetween = (before: Reading, after: Reading, seconds: number): Used => ({
  seconds,
  nodeMicros: after.nodes.map((now, i) => {
    const then = before.nodes[i] ?? now;
    return ((now.cpuMicros - then.cpuMicros) * seconds * 1000) / (now.at - then.at);
  }),
  redis:
    before.redis === undefined || after.redis === undefined ? NOTHING : redisUsed(before.redis, after.redis, seconds),
});

const redisUsed = (before: RedisCounts, after: RedisCounts, seconds: number): RedisUsed => {
  const scale = (seconds * 1000) / (after.at - before.at);
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) * scale,
    bytesIn: (after.bytesIn - before.bytesIn) * scale,
    bytesOut: (after.bytesOut - before.bytesOut) * scale,
    memoryBytes: (after.memoryBytes - before.memoryBytes) * scale,
    calls: new Map(Array.from(after.calls, ([name, calls]) => [name, (calls - (before.calls.get(name) ?? 0)) * scale])),
  };
};

export const sum = (values: Iterable<number>): number => {
  let all = 0;
  for (const value of values) all += value;
  return all;
};
