import { MemoryRoomStore, type FeedMessage, type PublishedTurn, type RoomStore } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import type { End, TestRedis } from '../redis.fixture.js';
import { KeptStore } from '../store/kept-store.js';
import { RedisRoomStore } from '../store/redis-store.js';
import { Heads } from './heads.js';
import { RedisFeed } from './redis-feed.js';

export const HEADS_MS = 1000;
/** The room of most tests. */
export const A = 'lab/a';

/** Where rooms can be kept; `undefined`: in Redis. */
export const STORES: [string, () => RoomStore | undefined][] = [
  ['Redis', () => undefined],
  ['a store that knows nothing of nodes', () => new MemoryRoomStore()],
];

/** A node's store and feed; its channels can be made to lose what comes. */
export class Node {
  readonly clock = new VirtualClock();
  readonly told = new WeakSet<PublishedTurn>();
  readonly store: RedisRoomStore | KeptStore;
  readonly feed: RedisFeed;
  /** Redis takes nothing that the feed would tell, and answers nothing that it asks about heads. */
  isAway = false;
  /** So many messages are lost on their way to this node. */
  loses = 0;
  /** Until then it takes the server to hear what it has asked for. */
  heard: Promise<void> = Promise.resolve();

  /** @param kept where rooms are kept, when that is not Redis. */
  constructor(
    readonly end: End,
    name: number,
    kept: RoomStore | undefined,
  ) {
    const heads = new Heads(end.redis, end.keys);
    const [of, ofAll, raise] = [heads.of.bind(heads), heads.ofAll.bind(heads), heads.raise.bind(heads)];
    heads.of = async (...args) => {
      this.#reach();
      return of(...args);
    };
    heads.ofAll = (addresses) => {
      if (this.isAway) return addresses.map(() => Promise.reject(new Error('away')));
      return ofAll(addresses);
    };
    heads.raise = async (...args) => {
      this.#reach();
      await raise(...args);
    };
    const hooks = { onFenced: () => {}, release: async () => {} };
    this.store =
      kept === undefined
        ? new RedisRoomStore(end.redis, end.keys, {
            ...hooks,
            onClaimed: (address, span) => this.feed.claimed(address, span),
            onTold: (turn) => void this.told.add(turn),
          })
        : new KeptStore(kept, heads, { ...hooks, onClaimed: (address, span) => this.feed.announce(address, span) });
    const { subscriptions } = end;
    const listen = subscriptions.listen.bind(subscriptions);
    subscriptions.listen = (channel, listener) => {
      const subscription = listen(channel, (bytes) => {
        if (this.loses > 0) this.loses -= 1;
        else listener(bytes);
      });
      const ready = Promise.all([subscription.ready, this.heard]).then(() => undefined);
      return { ready, stop: () => subscription.stop() };
    };
    const isTold = (turn: PublishedTurn): boolean => this.told.has(turn);
    this.feed = new RedisFeed({ ...end, name, heads, log: this.store, clock: this.clock, headsMs: HEADS_MS, isTold });
  }

  #reach(): void {
    if (this.isAway) throw new Error('away');
  }

  hear(address = A): FeedMessage[] {
    const heard: FeedMessage[] = [];
    this.feed.subscribe(address, (_, message) => void heard.push(message));
    return heard;
  }
}

/** Nodes of a test on one Redis. */
export class Nodes {
  readonly #all: Node[] = [];

  constructor(private readonly redis: TestRedis) {}

  /** Two of an app of their own. */
  async pair(kept?: RoomStore): Promise<[Node, Node]> {
    const prefix = this.redis.app();
    return [await this.start(prefix, kept), await this.start(prefix, kept)];
  }

  async start(prefix: string, kept?: RoomStore): Promise<Node> {
    const node = new Node(await this.redis.end(prefix), this.#all.length + 1, kept);
    this.#all.push(node);
    return node;
  }

  /** After a test. */
  close(): void {
    for (const { feed } of this.#all.splice(0)) feed.close();
    this.redis.disconnect();
  }
}
