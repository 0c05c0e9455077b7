import { defineScript, type RedisConnection, type Script } from '../connection.js';
import type { Keys } from '../keys.js';

/** What has not been written again for so long is of a node that has died, seconds. */
const FORGET_SECONDS = 2 * 60 * 60 + 60;

/** KEYS user. ARGV node, count, forget. The time is the server's. -> node, count, node, count... */
const WRITE = `
local now = tonumber(redis.call('TIME')[1])
local forget = tonumber(ARGV[3])
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. now)
  redis.call('EXPIRE', KEYS[1], forget)
end
local found = redis.call('HGETALL', KEYS[1])
local counts = {}
for i = 1, #found, 2 do
  local count, at = string.match(found[i + 1], '^(%d+):(%d+)$')
  if now - tonumber(at) > forget then
    redis.call('HDEL', KEYS[1], found[i])
  else
    counts[#counts + 1] = found[i]
    counts[#counts + 1] = count
  end
end
return counts`;

/** How many connections of a user each node has, as the nodes say. */
export class Counts {
  readonly #write: Script;

  constructor(
    redis: RedisConnection,
    private readonly keys: Keys,
  ) {
    this.#write = defineScript(redis, 'greenroomCount', WRITE);
  }

  /** @returns what all nodes have said, those that have died included until they are forgotten */
  async write(user: string, node: string, count: number): Promise<ReadonlyMap<string, number>> {
    const found = (await this.#write([this.keys.user(user)], [node, count, FORGET_SECONDS])) as Buffer[];
    const counts = new Map<string, number>();
    for (let i = 0; i < found.length; i += 2) counts.set(String(found[i]), Number(found[i + 1]));
    return counts;
  }
}
