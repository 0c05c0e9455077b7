import { defineScript, text, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Nodes } from './members.js';
import { chosen } from './rendezvous.js';

/** How long it is remembered who is to own a room that nobody asks for; its owner asks now and then. */
const OWNER_MS = 24 * 60 * 60 * 1000;

/** KEYS owner. ARGV expected, next, ttl. -> the owner from now on */
const APPOINT = `
local owner = redis.call('GET', KEYS[1]) or ''
if owner ~= ARGV[1] then return owner end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]`;

/** Which node is to own a room: settled by compare-and-set, so that all nodes go to the same. */
export class Owners {
  readonly #appoint: Script;

  constructor(
    private readonly redis: Sender,
    private readonly keys: Keys,
  ) {
    this.#appoint = defineScript(redis, APPOINT);
  }

  /**
   * The owner among `nodes`: who was settled on, who has written the room's log last, or who is chosen of those that take
   * rooms. `undefined`: others have settled on one that is not among them.
   */
  async settle(address: string, { nodes, takers, loads }: Nodes): Promise<string | undefined> {
    const { keys, redis } = this;
    const [appointed, writer] = await Promise.all([
      redis.send('GETEX', keys.owner(address), 'PX', OWNER_MS).then(text),
      redis.send('HGET', keys.room(address), 'owner').then(text),
    ]);
    if (appointed !== undefined && nodes.includes(appointed)) return appointed;
    const next = writer !== undefined && takers.includes(writer) ? writer : chosen(address, takers, loads);
    if (next === undefined) return undefined;
    const owner = String(await this.#appoint([keys.owner(address)], [appointed ?? '', next, OWNER_MS]));
    return nodes.includes(owner) ? owner : undefined;
  }

  /** One that owns the room lets go of it, and it is placed anew. @returns the owner from now on, if it is another. */
  async release(address: string, node: string, { takers, loads }: Nodes): Promise<string | undefined> {
    const next = chosen(address, takers, loads);
    if (next === undefined || next === node) return undefined;
    const owner = String(await this.#appoint([this.keys.owner(address)], [node, next, OWNER_MS]));
    return owner === '' || owner === node ? undefined : owner;
  }
}
