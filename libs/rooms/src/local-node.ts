import { SystemClock, type Clock } from './clock.js';
import { DefinitionError, UnknownKindError } from './errors.js';
import { Audience } from './feed/audience.js';
import type { Feed } from './feed/feed.js';
import { MemoryFeed } from './feed/memory-feed.js';
import { systemIds, type Ids } from './ids.js';
import { kindOf, type RoomKind } from './kind.js';
import { NODE_LIMITS, type NodeLimits } from './limits.js';
import type { Lease } from './log/leased-memory-store.js';
import type { RoomStore } from './log/store.js';
import { WatchedStore } from './log/watched-store.js';
import { SILENT, sturdy, type RoomsLogger } from './logger.js';
import type { ActiveRoom, RoomHandle, RoomList, RoomsNode } from './node.js';
import { Alarms } from './placement/alarms.js';
import type { Directory } from './placement/directory.js';
import { MemoryDirectory } from './placement/memory-directory.js';
import { Peers } from './placement/peers.js';
import { RoomHost } from './placement/room-host.js';
import { ConnectionSessions, type SessionsContext } from './routing/connection-sessions.js';
import type { Connection } from './routing/connection.js';
import type { Courier } from './routing/courier.js';
import { Inbox } from './routing/inbox.js';
import { MemoryCourier } from './routing/memory-courier.js';
import { Reattachment } from './routing/reattachment.js';
import { Router } from './routing/router.js';
import type { Sessions } from './routing/sessions.js';

export interface RoomsNodeOptions {
  /** Keeps the logs of durable kinds. */
  readonly store: RoomStore;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly ids?: Ids;
  /** @default this process alone */
  readonly directory?: Directory;
  /** @default this process alone */
  readonly courier?: Courier;
  /** @default this process alone */
  readonly feed?: Feed;
  /** @default NODE_LIMITS */
  readonly limits?: Partial<NodeLimits>;
  /** @default silent */
  readonly logger?: RoomsLogger;
  /** Holds what machines emit against their contracts: for development and tests. @default false */
  readonly checks?: boolean;
}

/** A room that is handed over in so long is there before its members ask for it; it is not waited for any longer. */
const HAND_OVER_MS = 2000;
/** A list waits no longer for a room to say how many are in it. */
const COUNT_MS = 500;
const DIRECTORY_MS = 1000;
/** How often whose the rooms are is asked, though nothing has happened: who is to own one is not remembered for ever. */
const REVIEW_MS = 60 * 60 * 1000;
/** How often a node that others may have taken for gone looks whether it is back. */
const LEASE_LOOK_MS = 100;

class LocalNode implements RoomsNode {
  readonly id: string;
  readonly #kinds = new Map<string, RoomKind>();
  readonly #store: WatchedStore;
  readonly #host: RoomHost;
  readonly #router: Router;
  readonly #inbox: Inbox;
  readonly #audience: Audience;
  readonly #alarms: Alarms;
  readonly #peers: Peers;
  readonly #reattachment: Reattachment;
  readonly #directory: Directory;
  readonly #courier: Courier;
  readonly #feed: Feed;
  /** Ids of the connections that are open here. */
  readonly #connections = new Set<string>();
  readonly #ids: Ids;
  /** What all connections share. */
  readonly #sessions: SessionsContext;
  readonly #drainMs: number;
  readonly #clock: Clock;
  #isDrained = false;
  #stopServing = () => {};

  constructor(options: RoomsNodeOptions) {
    const { clock = new SystemClock(), ids = systemIds, checks = false } = options;
    const logger = sturdy(options.logger ?? SILENT);
    const limits = { ...NODE_LIMITS, ...options.limits };
    this.#store = new WatchedStore(options.store, clock, limits.storeDeadlineMs, logger, () => this.#host.retry());
    this.id = ids.unique();
    this.#ids = ids;
    this.#directory = options.directory ?? new MemoryDirectory();
    this.#courier = options.courier ?? new MemoryCourier();
    this.#feed = options.feed ?? new MemoryFeed((cause) => logger.error('a feed listener failed', { cause }));
    this.#audience = new Audience(this.#feed, clock, limits.presenceMs);
    this.#host = new RoomHost({
      env: { owner: this.id, feed: this.#feed, clock, ids, limits, logger },
      store: this.#store,
      checks,
      kind: (name) => this.kind(name),
      lease: this.#lease(clock),
      release: (address) => this.#directory.release(address, this.id),
      handOver: (address) => this.#handOver(address),
      isOpen: ({ node, connection }) => (node === this.id ? this.#connections.has(connection) : this.#peers.has(node)),
      endOthers: (address, isSession, ended) => this.#audience.endOthers(address, isSession, ended),
    });
    this.#router = new Router(
      this.id,
      this.#host,
      this.#directory,
      this.#courier,
      this.#connections,
      clock,
      limits.commandDeadlineMs,
      logger,
    );
    this.#inbox = new Inbox(this.#host, (address) => this.#isOwn(address, true), clock, logger);
    this.#reattachment = new Reattachment(this.id, this.#router, this.#audience, clock);
    this.#peers = new Peers(this.id, this.#directory, clock, {
      back: () => this.#host.review(),
      moved: () => {
        this.#router.hurry();
        void this.#reattachment.run();
      },
      gone: (nodes) => {
        this.#host.tellNodes(nodes);
        // Whoever took one of these since this node was back is found out by no write of it.
        void this.#host.review('refused');
        this.#alarms.adopt();
      },
    });
    this.#sessions = {
      router: this.#router,
      audience: this.#audience,
      feed: this.#feed,
      clock,
      ids,
      node: this.id,
      connections: this.#connections,
      kindOf: (address) => this.kind(kindOf(address)),
    };
    this.#drainMs = limits.drainMs;
    this.#clock = clock;
    this.#alarms = new Alarms(this.#store, this.#host, clock, limits.alarmMs, logger, (address) =>
      this.#isOwn(address),
    );
  }

  get active(): number {
    return this.#host.active;
  }

  get commands(): number {
    return this.#host.commands;
  }

  get isWell(): boolean {
    return this.#store.isWell;
  }

  register(kind: RoomKind): void {
    const { kind: name } = kind.contract;
    if (this.#kinds.has(name)) throw new DefinitionError(`There are two rooms of kind ${name}.`);
    const obstacle = kind.options.durability === 'memory' ? undefined : kind.logic.whyNotDurable();
    if (obstacle !== undefined)
      throw new DefinitionError(`A room of kind ${name} cannot be ${kind.options.durability}: ${obstacle}.`);
    this.#kinds.set(name, kind);
  }

  kind(name: string): RoomKind | undefined {
    return this.#kinds.get(name);
  }

  async start(): Promise<void> {
    this.#stopServing = await this.#courier.serve(this.id, (envelope) => this.#inbox.take(envelope));
    this.#peers.start();
    // Others count on it from now on.
    await this.#directory.join(this.id, () => this.#host.active);
    this.#alarms.adopt();
    this.#alarms.start();
    this.#reviewLater();
  }

  connect(connection: Connection, onEnded: (address: string) => void = () => {}): Sessions {
    return new ConnectionSessions(connection, onEnded, this.#sessions);
  }

  room(address: string): RoomHandle {
    const router = this.#router;
    return {
      send: (name, data, { as, commandId = this.#ids.unique(), timeoutMs }) => {
        const author = { id: as.id, name: as.name };
        return router.ask(
          address,
          { type: 'command', name, data, commandId, session: undefined, as: author },
          timeoutMs,
        );
      },
      view: (as) => router.ask(address, { type: 'view', viewer: as?.id }),
      members: (after, limit = 100) => router.ask(address, { type: 'members', after, limit }),
      history: ({ before, limit = 200 }) => router.ask(address, { type: 'history', member: undefined, before, limit }),
      kick: (member, reason) => router.ask(address, { type: 'kick', member, reason }),
      close: (reason) => router.ask(address, { type: 'close', reason }),
    };
  }

  async create(address: string, params: unknown): Promise<void> {
    await this.#router.ask(address, { type: 'create', params });
  }

  async list(kind: string, limit: number, cursor?: string): Promise<RoomList> {
    const known = this.kind(kind);
    if (known === undefined) throw new UnknownKindError(kind);
    const ids = await this.#host.list(known, limit + 1, cursor);
    const rooms = await Promise.all(
      ids.slice(0, limit).map(async (id) => ({ id, members: await this.#count(`${kind}/${id}`) })),
    );
    const last = rooms.at(-1);
    return { rooms, ...(ids.length > limit && last !== undefined && { cursor: last.id }) };
  }

  rooms(): IterableIterator<ActiveRoom> {
    return this.#host.rooms();
  }

  async drain(): Promise<void> {
    this.#alarms.stop();
    await this.#briefly(this.#directory.retire(this.id));
    await this.#host.drain(this.#drainMs);
    this.#peers.stop();
    this.#reattachment.stop();
    this.#isDrained = true;
    this.#stopServing();
    await this.#briefly(this.#directory.leave(this.id));
  }

  #reviewLater(): void {
    this.#clock.after(REVIEW_MS, () => {
      if (this.#isDrained) return;
      void this.#host.review();
      this.#reviewLater();
    });
  }

  /** A directory that does not answer does not keep rooms from being saved. */
  async #briefly(told: Promise<void>): Promise<void> {
    await Promise.race([told, new Promise<void>((resolve) => this.#clock.after(DIRECTORY_MS, resolve))]);
  }

  /** Of a room that cannot be reached nobody knows: for a list that is none. */
  #count(address: string): Promise<number> {
    return this.#router.ask(address, { type: 'count' }, COUNT_MS).catch(() => 0);
  }

  /** Whoever asks for a room wakes it. */
  async #handOver(address: string): Promise<void> {
    await this.#router.ask(address, { type: 'attach', sessions: [] }, HAND_OVER_MS).catch(() => undefined);
  }

  #lease(clock: Clock): Lease {
    const isHeld = (): boolean => this.#directory.holds(this.id);
    const term = (): number => this.#peers.terms;
    return {
      get isHeld() {
        return isHeld();
      },
      get term() {
        return term();
      },
      async untilHeld() {
        do await new Promise<void>((resolve) => clock.after(LEASE_LOOK_MS, resolve));
        while (!isHeld());
      },
      isOwn: (address) => this.#isOwn(address, true),
      head: (address) => this.#feed.head(address),
    };
  }

  /** @returns `undefined` when nobody can tell now. */
  async #isOwn(address: string, afresh = false): Promise<boolean | undefined> {
    try {
      const owner = await this.#directory.locate(address, afresh);
      return owner === undefined ? undefined : owner === this.id;
    } catch {
      return undefined;
    }
  }
}

/** Makes this process's part of the rooms. Register the kinds, then `start` it. */
export const createRoomsNode = (options: RoomsNodeOptions): RoomsNode => new LocalNode(options);
