import { defineScript, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';

/**
 * KEYS nodes. ARGV lease-ms, nodes. Renews their leases, ends those that have run out, and says so to all when that changed
 * who takes part. The time is the server's. -> nodes
 */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 2, #ARGV do changed = changed + redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
if changed > 0 then redis.call('SPUBLISH', KEYS[1], '') end
return redis.call('ZRANGE', KEYS[1], 0, -1)`;

/** KEYS nodes. ARGV node. */
const REMOVE = `
if redis.call('ZREM', KEYS[1], ARGV[1]) > 0 then redis.call('SPUBLISH', KEYS[1], '') end`;

/** The nodes that take part, each for as long as its lease. */
export class Members {
  readonly #beat: Script;
  readonly #remove: Script;

  constructor(
    redis: Sender,
    private readonly keys: Keys,
    private readonly leaseMs: number,
  ) {
    this.#beat = defineScript(redis, BEAT);
    this.#remove = defineScript(redis, REMOVE);
  }

  /** @returns all that take part now, in order. */
  async renew(nodes: Iterable<string>): Promise<readonly string[]> {
    const found = (await this.#beat([this.keys.nodes], [this.leaseMs, ...nodes])) as Buffer[];
    return found.map(String).sort();
  }

  /** One that goes on comes back with its next beat. */
  async remove(node: string): Promise<void> {
    await this.#remove([this.keys.nodes], [node]);
  }
}
