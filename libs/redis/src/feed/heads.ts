import type { Position } from '@greenroom/protocol';
import { defineScript, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Span } from './message.js';
import { positionOf, Positions, type Found } from './positions.js';

/** How long a head is known of a room whose turns no store of this Redis tells. */
const HEAD_MS = 24 * 60 * 60 * 1000;

/**
 * KEYS head. ARGV epoch seq ttl channel message|''. Of an owner that was replaced meanwhile nothing is told, and nothing moves
 * back.
 */
const RAISE = `
local head = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
local epoch, seq = tonumber(head[1] or 0), tonumber(head[2] or 0)
if tonumber(ARGV[1]) < epoch then return end
if tonumber(ARGV[1]) > epoch or tonumber(ARGV[1]) == epoch and tonumber(ARGV[2]) > seq then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[5] ~= '' then redis.call('SPUBLISH', ARGV[4], ARGV[5]) end`;

/** How far rooms are whose turns the feed publishes, because no store of this Redis tells them. */
export class Heads {
  readonly #raise: Script;
  readonly #positions: Positions;

  constructor(
    private readonly redis: Sender,
    private readonly keys: Keys,
  ) {
    this.#raise = defineScript(redis, RAISE);
    this.#positions = new Positions(redis);
  }

  async of(address: string): Promise<Position | undefined> {
    return positionOf(await this.redis.send('HMGET', this.keys.head(address), 'epoch', 'seq'));
  }

  /** The same of many. */
  ofAll(addresses: readonly string[]): readonly Found[] {
    return this.#positions.of(addresses.map((address) => this.keys.head(address)));
  }

  /** @param message goes to the nodes that listen, in the same step. */
  async raise(address: string, { epoch, to }: Omit<Span, 'after'>, message: Buffer | '' = ''): Promise<void> {
    await this.#raise([this.keys.head(address)], [epoch, to, HEAD_MS, this.keys.feed(address), message]);
  }
}
