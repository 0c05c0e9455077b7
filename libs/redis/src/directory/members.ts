import { defineScript, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';

/** Before the name of a node that takes no more rooms. */
const RETIRED = '~';

/**
 * KEYS nodes, loads. ARGV lease-ms, then names, each with its load or ''. Renews their leases, ends those that have run out, and
 * says so to all when that changed who takes part. The time is the server's. -> those of them that had no lease, all names,
 * loads, in how many milliseconds the first lease ends
 */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local added = {}
for i = 2, #ARGV, 2 do
  if redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) > 0 then added[#added + 1] = ARGV[i] end
  if ARGV[i + 1] ~= '' then redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i]) else redis.call('ZREM', KEYS[2], ARGV[i]) end
end
if changed + #added > 0 then
  redis.call('SPUBLISH', KEYS[1], '')
  for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if not redis.call('ZSCORE', KEYS[1], name) then redis.call('ZREM', KEYS[2], name) end
  end
end
local names, loads = redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {added, names, loads, (first[2] or now + ARGV[1]) - now}`;

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
  /** How much those of them do that say it. */
  readonly loads: ReadonlyMap<string, number>;
}

/** How much a node does: any number of which less is less. */
export type Load = () => number;

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
  async renew(nodes: ReadonlyMap<string, Load>, retired: ReadonlySet<string>): Promise<Present> {
    const own = Array.from(nodes, ([node, load]) => [
      retired.has(node) ? RETIRED + node : node,
      written(load()),
    ]).flat();
    const answer = await this.#beat([this.keys.nodes, this.keys.loads], [this.leaseMs, ...own]);
    const [added, found, loads, endsInMs] = answer as [Buffer[], Buffer[], Buffer[], number];
    const names = found.map(String);
    return {
      nodes: names.map(nodeOf).sort(),
      takers: names.filter((name) => !name.startsWith(RETIRED)).sort(),
      loads: read(loads.map(String)),
      renewed: added.map((name) => nodeOf(String(name))),
      endsInMs,
    };
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

/** What is no load is not told: nobody can go by it. */
const written = (load: number): string => (load >= 0 && load < Infinity ? String(load) : '');

const read = (named: readonly string[]): ReadonlyMap<string, number> =>
  new Map(named.flatMap((name, i) => (i % 2 === 0 ? [[name, Number(named[i + 1])] as const] : [])));
