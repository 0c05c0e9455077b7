import type { Position } from '@greenroom/protocol';
import type { Clock, Feed, FeedListener, FeedMessage, PublishedTurn, Timer } from '@greenroom/rooms';
import type { Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Subscription, Subscriptions } from '../subscriptions.js';
import type { Heads } from './heads.js';
import { encodeWhole, messageHead, readHead, readTurn, readWhole, type Span } from './message.js';
import { Station, type Log } from './station.js';

export interface FeedContext {
  readonly redis: Sender;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly log: Log;
  readonly heads: Heads;
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
  /** Of each room the last message that Redis did not take: it is sent again when heads are compared. */
  readonly #unsent = new Map<string, { readonly span: Span; readonly message: Buffer }>();
  /** Where stations were when heads were last compared: one that has moved on since needs no comparing. */
  #positions = new WeakMap<Station, Station['position'] & object>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(private readonly context: FeedContext) {
    context.subscriptions.onBack(() => {
      for (const { station, subscription } of this.#stations.values())
        void subscription.ready.then(() => station.catchUp());
    });
    this.#compareLater();
  }

  publish(address: string, message: FeedMessage): void {
    const { keys, redis, name } = this.context;
    const station = this.#stations.get(address)?.station;
    if (station !== undefined) handOut(station, message, (turn) => station.publish(turn));
    if (message.type === 'turn' && this.context.isTold(message)) return;
    const whole = encodeWhole(message, name);
    if (message.type === 'turn') this.#send(address, message, whole);
    else redis.send('SPUBLISH', keys.feed(address), whole).catch((error: unknown) => this.context.report(error));
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

  async head(address: string): Promise<Position | undefined> {
    const { log, heads } = this.context;
    const [kept, published] = await Promise.all([log.latest(address), heads.of(address)]);
    if (kept === undefined || published === undefined) return kept ?? published;
    return published.epoch > kept.epoch ? published : kept;
  }

  /** A claim of this node has taken a position: known before its first turn is published. */
  claimed(address: string, span: Span): void {
    this.#stations.get(address)?.station.pass(span);
  }

  /** The same, where the store has told the other nodes nothing of it. */
  announce(address: string, span: Span): void {
    this.claimed(address, span);
    this.#send(address, span, messageHead('barrier', span, this.context.name));
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.context.clock.cancel(this.#timer);
    for (const { subscription } of this.#stations.values()) subscription.stop();
    this.#stations.clear();
  }

  #send(address: string, span: Span, message: Buffer): void {
    this.context.heads.raise(address, span, message).catch((error: unknown) => {
      this.#unsent.set(address, { span, message });
      this.context.report(error);
    });
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
        handOut(station, readWhole(bytes), (turn) => station.offer(turn));
        break;
    }
  }

  /** Whether it is where it was the last time. */
  #isStill(station: Station): boolean {
    const { position } = station;
    if (position === undefined || this.#positions.get(station) === position) return true;
    this.#positions.set(station, position);
    return false;
  }

  #compareLater(): void {
    const { clock, headsMs } = this.context;
    this.#timer = clock.after(headsMs, () => void this.#compareHeads());
  }

  async #compareHeads(): Promise<void> {
    const unsent = [...this.#unsent];
    this.#unsent.clear();
    for (const [address, { span, message }] of unsent) this.#send(address, span, message);
    const all = Array.from(this.#stations.values(), ({ station }) => station);
    const still = all.filter((station) => this.#isStill(station));
    const before = still.map(({ position }) => position);
    const heads = this.context.log.latestOf(still.map(({ address }) => address));
    const looks = still.map(async (station, i) => {
      const head = await heads[i];
      // One that goes on meanwhile is heard.
      if (head === undefined || station.position !== before[i]) return;
      if (station.isNews({ epoch: head.epoch, after: head.seq, to: head.seq })) await station.catchUp();
    });
    for (const look of await Promise.allSettled(looks))
      if (look.status === 'rejected') this.context.report(look.reason);
    if (!this.#isClosed) this.#compareLater();
  }
}

const handOut = (station: Station, message: FeedMessage, inOrder: (turn: PublishedTurn) => void): void => {
  // What took no position, an end of all sessions say, has none to be in order with.
  if (message.type === 'turn' && message.to > message.after) inOrder(message);
  else station.tell(message);
};
