import type { Clock, Feed, FeedListener, FeedMessage, PublishedTurn, Timer } from '@greenroom/rooms';
import { defineScript, type RedisConnection, type Script } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Subscription, Subscriptions } from '../subscriptions.js';
import { encodeWhole, readHead, readTurn, readWhole, type Span } from './message.js';
import { Station, type Log } from './station.js';

/** How long a head is known of a room whose turns no store of this Redis tells. */
const HEAD_MS = 24 * 60 * 60 * 1000;

/** KEYS head. ARGV epoch seq ttl channel message. Of an owner that another has followed nothing is told. */
const PUBLISH = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('SPUBLISH', ARGV[4], ARGV[5])`;

export interface FeedContext {
  readonly redis: RedisConnection;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this feed among those that publish: not 0, and of no other. */
  readonly name: number;
  /** How often heads are compared, milliseconds. */
  readonly headsMs: number;
  /** Whether the store has told the turn with its commit. */
  isTold(turn: PublishedTurn): boolean;
  report(error: unknown): void;
}

/**
 * Carries turns and signals on a channel a room, to the nodes that listen. The listeners of the publisher's own node hear
 * before `publish` returns. What is lost on the way is noticed by the next turn, by comparing heads, or when the
 * connection is back, and read from the log.
 */
export class RedisFeed implements Feed {
  readonly #stations = new Map<string, { readonly station: Station; readonly subscription: Subscription }>();
  readonly #publish: Script;
  /** Where stations were when heads were last compared: one that has moved on since needs no comparing. */
  #positions = new WeakMap<Station, Station['position'] & object>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(private readonly context: FeedContext) {
    this.#publish = defineScript(context.redis, 'greenroomPublish', PUBLISH);
    context.subscriptions.onBack(() => {
      for (const { station, subscription } of this.#stations.values())
        void subscription.ready.then(() => station.catchUp());
    });
    this.#compareLater();
  }

  publish(address: string, message: FeedMessage): void {
    const { keys, redis, name } = this.context;
    this.#handOut(address, message);
    if (message.type === 'turn' && this.context.isTold(message)) return;
    const whole = encodeWhole(message, name);
    const sent =
      message.type === 'turn'
        ? this.#publish([keys.head(address)], [message.epoch, message.to, HEAD_MS, keys.feed(address), whole])
        : redis.spublish(keys.feed(address), whole);
    sent.catch((error: unknown) => this.context.report(error));
  }

  subscribe(address: string, listener: FeedListener): () => void {
    const { log, subscriptions, keys } = this.context;
    let place = this.#stations.get(address);
    if (place === undefined) {
      const station = new Station(address, log, (error) => this.context.report(error));
      const subscription = subscriptions.listen(keys.feed(address), (bytes) => this.#hear(station, bytes));
      place = { station, subscription };
      this.#stations.set(address, place);
      void station.open(subscription.ready);
    }
    const { station, subscription } = place;
    station.listeners.add(listener);
    return () => {
      if (!station.listeners.delete(listener) || station.listeners.size > 0) return;
      this.#stations.delete(address);
      subscription.stop();
    };
  }

  async head(address: string): Promise<{ readonly epoch: number; readonly seq: number } | undefined> {
    const { log, redis, keys } = this.context;
    const [kept, [epoch, seq]] = await Promise.all([
      log.head(address),
      redis.hmget(keys.head(address), 'epoch', 'seq'),
    ]);
    const published = epoch && seq ? { epoch: Number(epoch), seq: Number(seq) } : undefined;
    if (kept === undefined || published === undefined) return kept ?? published;
    return published.epoch > kept.epoch ? published : kept;
  }

  /** A claim of this node has taken a position: known before its first turn is published. */
  claimed(address: string, span: Span): void {
    this.#stations.get(address)?.station.pass(span);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.context.clock.cancel(this.#timer);
    for (const { subscription } of this.#stations.values()) subscription.stop();
    this.#stations.clear();
  }

  #handOut(address: string, message: FeedMessage): void {
    const station = this.#stations.get(address)?.station;
    if (station === undefined) return;
    // What took no position, an end of all sessions say, has none to be in order with.
    if (message.type === 'turn' && message.to > message.after) station.offer(message);
    else station.tell(message);
  }

  #hear(station: Station, bytes: Buffer): void {
    const head = readHead(bytes);
    if (head === undefined || head.from === this.context.name) return;
    const { letter, span } = head;
    switch (letter) {
      case 'barrier':
        station.pass(span);
        break;
      case 'turn':
        if (station.isNews(span)) station.offer(readTurn(bytes, span));
        break;
      case 'whole':
        this.#handOut(station.address, readWhole(bytes));
        break;
    }
  }

  #compareLater(): void {
    const { clock, headsMs } = this.context;
    this.#timer = clock.after(headsMs, () => void this.#compareHeads());
  }

  async #compareHeads(): Promise<void> {
    const looks = Array.from(this.#stations.values(), async ({ station }) => {
      const before = station.position;
      if (before !== undefined && this.#positions.get(station) !== before) {
        this.#positions.set(station, before);
        return;
      }
      const head = await this.context.log.head(station.address);
      // One that goes on meanwhile is heard.
      if (head === undefined || station.position !== before) return;
      if (station.isNews({ epoch: head.epoch, after: head.seq, to: head.seq })) await station.catchUp();
    });
    for (const look of await Promise.allSettled(looks))
      if (look.status === 'rejected') this.context.report(look.reason);
    if (!this.#isClosed) this.#compareLater();
  }
}
