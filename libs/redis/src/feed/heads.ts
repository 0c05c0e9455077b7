import type { Position } from '@greenroom/protocol';
import { defineScript, type RedisConnection, type Script } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Span } from './message.js';

/** How long a head is known of a room whose turns no store of this Redis tells. */
const HEAD_MS = 24 * 60 * 60 * 1000;

/**
 * KEYS head. ARGV epoch seq ttl channel message|''. What comes late, from an owner that was replaced meanwhile, moves nothing
 * back.
 */
const RAISE = `
local head = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
local epoch, seq = tonumber(head[1] or 0), tonumber(head[2] or 0)
if tonumber(ARGV[1]) > epoch or tonumber(ARGV[1]) == epoch and tonumber(ARGV[2]) > seq then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[5] ~= '' then redis.call('SPUBLISH', ARGV[4], ARGV[5]) end`;

/** How far rooms are whose turns the feed publishes, because no store of this Redis tells them. */
export class Heads {
  readonly #raise: Script;

  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: Keys,
  ) {
    this.#raise = defineScript(redis, 'greenroomRaise', RAISE);
  }

  async of(address: string): Promise<Position | undefined> {
    const [epoch, seq] = await this.redis.hmget(this.keys.head(address), 'epoch', 'seq');
    return epoch && seq ? { epoch: Number(epoch), seq: Number(seq) } : undefined;
  }

  /** @param message goes to the nodes that listen, in the same step. */
  async raise(address: string, { epoch, to }: Omit<Span, 'after'>, message: Buffer | '' = ''): Promise<void> {
    await this.#raise([this.keys.head(address)], [epoch, to, HEAD_MS, this.keys.feed(address), message]);
  }
}
