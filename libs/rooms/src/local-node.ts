import { SystemClock, type Clock } from './clock.js';
import { DefinitionError, toRoomError, UnavailableError, UnknownKindError } from './errors.js';
import { Audience } from './feed/audience.js';
import type { Feed } from './feed/feed.js';
import { MemoryFeed } from './feed/memory-feed.js';
import { systemIds, type Ids } from './ids.js';
import { kindOf, type RoomKind } from './kind.js';
import { NODE_LIMITS, type NodeLimits } from './limits.js';
import type { RoomStore } from './log/store.js';
import { WatchedStore } from './log/watched-store.js';
import { SILENT, sturdy, type RoomsLogger } from './logger.js';
import type { ActiveRoom, RoomHandle, RoomList, RoomsNode } from './node.js';
import { Alarms } from './placement/alarms.js';
import type { Directory } from './placement/directory.js';
import { MemoryDirectory } from './placement/memory-directory.js';
import { RoomHost } from './placement/room-host.js';
import { ConnectionSessions, type SessionsContext } from './routing/connection-sessions.js';
import type { Connection } from './routing/connection.js';
import type { ReplyTo, Request } from './room/request.js';
import type { Courier, Envelope } from './routing/courier.js';
import { MemoryCourier } from './routing/memory-courier.js';
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

class LocalNode implements RoomsNode {
  readonly id: string;
  readonly #kinds = new Map<string, RoomKind>();
  readonly #store: WatchedStore;
  readonly #host: RoomHost;
  readonly #router: Router;
  readonly #audience: Audience;
  readonly #alarms: Alarms;
  readonly #directory: Directory;
  readonly #courier: Courier;
  readonly #feed: Feed;
  /** Ids of the connections that are open here. */
  readonly #connections = new Set<string>();
  readonly #ids: Ids;
  /** What all connections share. */
  readonly #sessions: SessionsContext;
  readonly #drainMs: number;
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
      isOwn: (address) => this.#isOwn(address),
      isOpen: (connection) => this.#connections.has(connection),
      endOthers: (address, isSession, ended) => this.#audience.endOthers(address, isSession, ended),
    });
    this.#router = new Router(this.id, this.#host, this.#directory, this.#courier, clock, limits.commandDeadlineMs);
    this.#sessions = {
      router: this.#router,
      audience: this.#audience,
      feed: this.#feed,
      clock,
      ids,
      connections: this.#connections,
      kindOf: (address) => this.kind(kindOf(address)),
    };
    this.#drainMs = limits.drainMs;
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
    this.#stopServing = await this.#courier.serve(this.id, (envelope) => this.#serve(envelope));
    // Others count on it from now on.
    await this.#directory.join(this.id);
    this.#alarms.start();
  }

  connect(connection: Connection, onEnded: (address: string) => void = () => {}): Sessions {
    return new ConnectionSessions(connection, onEnded, this.#sessions);
  }

  room(address: string): RoomHandle {
    const router = this.#router;
    return {
      send: (name, data, { as, commandId = this.#ids.unique(), timeoutMs }) =>
        router.ask(address, { type: 'command', name, data, commandId, session: undefined, as }, timeoutMs),
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
    return this.#host.list(known, limit, cursor);
  }

  rooms(): IterableIterator<ActiveRoom> {
    return this.#host.rooms();
  }

  async drain(): Promise<void> {
    this.#alarms.stop();
    await this.#host.drain(this.#drainMs);
    this.#stopServing();
    await this.#directory.leave(this.id);
  }

  /** Who sent it may not know that the room has gone to another: that node would lose it. */
  async #serve({ address, request, deadline }: Envelope): Promise<ReplyTo<Request>> {
    if (!this.#host.isActive(address) && !(await this.#isOwn(address))) throw new UnavailableError();
    return new Promise((resolve, reject) =>
      this.#host.ask(address, request, deadline, { resolve, reject: (error) => reject(toRoomError(error)) }),
    );
  }

  async #isOwn(address: string): Promise<boolean> {
    return (await this.#directory.locate(address)) === this.id;
  }
}

/** Makes this process's part of the rooms. Register the kinds, then `start` it. */
export const createRoomsNode = (options: RoomsNodeOptions): RoomsNode => new LocalNode(options);
