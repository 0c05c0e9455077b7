import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import type { RedisServer } from '../../scripts/redis-server.mjs';
import type { Machine } from './machine.js';
import { script } from './scripts.js';

type Scripts = typeof import('../../scripts/redis-server.mjs');

/** What a Redis says of itself. All but `memoryBytes` and `keys` only ever go up. */
export interface RedisCounts {
  /** Milliseconds, by the clock of whoever asked. */
  readonly at: number;
  /** Of all its threads, user and system. */
  readonly cpuMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** By name: those within scripts, too. */
  readonly calls: ReadonlyMap<string, number>;
  readonly memoryBytes: number;
  readonly keys: number;
}

const SECTIONS = ['cpu', 'stats', 'commandstats', 'memory'];
/** What is asked here is no part of what is measured. */
const OWN = ['info', 'dbsize'];

/** A redis-server of its own, which is asked by nobody else: with what the specs count on, `appendonly yes` and `appendfsync always`. */
export class BenchRedis {
  private constructor(
    private readonly server: RedisServer,
    private readonly client: Redis,
  ) {}

  static async start({ isPinned }: Machine, core: number): Promise<BenchRedis> {
    const { RedisServer } = await script<Scripts>('redis-server.mjs');
    const server = await RedisServer.start();
    if (isPinned) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(server.pid)], { stdio: 'ignore' });
    return new BenchRedis(server, new Redis(server.url));
  }

  get url(): string {
    return this.server.url;
  }

  async counts(): Promise<RedisCounts> {
    const [said, keys] = await Promise.all([this.client.info(...SECTIONS), this.client.dbsize()]);
    const at = performance.now();
    const fields = new Map(said.split('\r\n').map((line) => line.split(/:(.*)/s) as [string, string]));
    const number = (name: string): number => Number(fields.get(name));
    const calls = Array.from(fields).flatMap(([name, value]): [string, number][] => {
      const command = /^cmdstat_(.+)/.exec(name)?.[1];
      if (command === undefined || OWN.includes(command)) return [];
      return [[command, Number(/calls=(\d+)/.exec(value)?.[1])]];
    });
    return {
      at,
      cpuMicros: (number('used_cpu_user') + number('used_cpu_sys')) * 1e6,
      bytesIn: number('total_net_input_bytes'),
      bytesOut: number('total_net_output_bytes'),
      calls: new Map(calls),
      memoryBytes: number('used_memory'),
      keys,
    };
  }

  async close(): Promise<void> {
    this.client.disconnect();
    await this.server.close();
  }
}
