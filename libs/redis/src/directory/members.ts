import { defineScript, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';

/** Before the name of a node that takes no more rooms. */
const RETIRED = '~';

/**
 * KEYS nodes. ARGV lease-ms, names. Renews their leases, ends those that have run out, and says so to all when that changed
 * who takes part. The time is the server's. -> those of them that had no lease, all names, in how many milliseconds the
 * first lease ends
 */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local added = {}
for i = 2, #ARGV do
  if redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) > 0 then added[#added + 1] = ARGV[i] end
end
if changed + #added > 0 then redis.call('SPUBLISH', KEYS[1], '') end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {added, redis.call('ZRANGE', KEYS[1], 0, -1), (first[2] or now + ARGV[1]) - now}`;

/** KEYS nodes. ARGV names. */
const REMOVE = `
if redis.call('ZREM', KEYS[1], unpack(ARGV)) > 0 then redis.call('SPUBLISH', KEYS[1], '') end`;

/** KEYS nodes. ARGV its name, its name from now on. */
const RENAME = `
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not lease then return end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], lease, ARGV[2])
redis.call('SPUBLISH', KEYS[1], '')`;

/** The nodes that take part, in order. */
export interface Nodes {
  readonly nodes: readonly string[];
  /** Those of them that take rooms. */
  readonly takers: readonly string[];
}

interface Present extends Nodes {
  /** Those whose lease was renewed and had ended, or had not begun. */
  readonly renewed: readonly string[];
  /** Until the first of their leases ends, if it is not renewed. Milliseconds. */
  readonly endsInMs: number;
}

const nodeOf = (name: string): string => (name.startsWith(RETIRED) ? name.slice(RETIRED.length) : name);

/** The nodes that take part, each for as long as its lease. */
export class Members {
  readonly #beat: Script;
  readonly #remove: Script;
  readonly #rename: Script;

  constructor(
    redis: Sender,
    private readonly keys: Keys,
    private readonly leaseMs: number,
  ) {
    this.#beat = defineScript(redis, BEAT);
    this.#remove = defineScript(redis, REMOVE);
    this.#rename = defineScript(redis, RENAME);
  }

  /** @param retired those of them that take no more rooms. */
  async renew(nodes: ReadonlySet<string>, retired: ReadonlySet<string>): Promise<Present> {
    const own = Array.from(nodes, (node) => (retired.has(node) ? RETIRED + node : node));
    const renewed = await this.#beat([this.keys.nodes], [this.leaseMs, ...own]);
    const [added, found, endsInMs] = renewed as [Buffer[], Buffer[], number];
    const names = found.map(String);
    const takers = names.filter((name) => !name.startsWith(RETIRED)).sort();
    return { nodes: names.map(nodeOf).sort(), takers, renewed: added.map((name) => nodeOf(String(name))), endsInMs };
  }

  /** One that goes on comes back with its next beat. */
  async remove(node: string): Promise<void> {
    await this.#remove([this.keys.nodes], [node, RETIRED + node]);
  }

  /** It takes no more rooms. */
  async retire(node: string): Promise<void> {
    await this.#rename([this.keys.nodes], [node, RETIRED + node]);
  }
}
