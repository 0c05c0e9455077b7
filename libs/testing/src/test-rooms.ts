import type { JoinReply, Position, Push, WireEvent } from '@greenroom/protocol';
import {
  createRoomsNode,
  MemoryFeed,
  MemoryRoomStore,
  type Clock,
  type Connection,
  type Feed,
  type Frame,
  type Identity,
  type NodeLimits,
  type RoomKind,
  type RoomsLogger,
  type RoomsNode,
  type RoomStore,
  type SendResult,
  type Sessions,
} from '@greenroom/rooms';
import { Mortality } from './mortal.js';
import { seededIds } from './seeded-ids.js';
import { VirtualClock } from './virtual-clock.js';

/** Stands between the engine and its ports: `Failpoints` of `@greenroom/testing/faults`, or anything of the shape. */
export interface PortWraps {
  store(store: RoomStore): RoomStore;
  feed(feed: Feed): Feed;
  clock(clock: Clock): Clock;
}

export interface TestRoomsOptions {
  readonly kinds: readonly RoomKind[];
  /** @default a new memory store */
  readonly store?: RoomStore;
  /** @default a new virtual clock */
  readonly clock?: VirtualClock;
  /** What chance starts from. @default 1 */
  readonly seed?: number;
  readonly limits?: Partial<NodeLimits>;
  /** @default nothing in between */
  readonly wrap?: PortWraps;
  /** What makes the node: another build of the engine, for those who test tests. @default the engine's own */
  readonly createNode?: typeof createRoomsNode;
}

export interface TestJoin {
  readonly profile?: object;
  readonly params?: unknown;
  readonly data?: unknown;
  readonly session?: string;
  readonly since?: Position;
  readonly attempt?: number;
}

/** A connection without a socket: it notes what is pushed to it. Data is handed to rooms unchecked. */
export class TestConnection implements Connection {
  readonly #sessions: Sessions;
  /** Everything pushed to it, oldest first. */
  readonly pushes: Push[] = [];

  constructor(
    readonly id: string,
    readonly user: Identity,
    node: RoomsNode,
  ) {
    this.#sessions = node.connect(this);
  }

  push(frame: Frame): void {
    this.pushes.push(frame.push);
  }

  async join(address: string, { profile, params, data, session, since, attempt }: TestJoin = {}): Promise<JoinReply> {
    const pending = await this.#sessions.join(address, {
      profile: profile ?? { name: this.user.name },
      params: params ?? {},
      data,
      session,
      since,
      attempt,
      mayCreate: true,
    });
    pending.begin();
    return pending.reply;
  }

  send(address: string, name: string, data?: unknown, commandId?: string): Promise<SendResult> {
    return this.#sessions.send(address, { name, data, commandId });
  }

  signal(address: string, name: string, data?: unknown): void {
    this.#sessions.signal(address, name, data);
  }

  leave(address: string): Promise<void> {
    return this.#sessions.leave(address);
  }

  /** The server takes it out of a room: its token is over, or its user is not wanted there any more. */
  end(address: string, code: 'FORBIDDEN' | 'UNAUTHENTICATED', reason: string): Promise<void> {
    return this.#sessions.end(address, code, reason);
  }

  /** The user's claims have changed, and with them what the others know of the member. */
  refresh(address: string, profile: object): Promise<void> {
    return this.#sessions.refresh(address, profile);
  }

  members(address: string, after?: string, limit = 100): ReturnType<Sessions['members']> {
    return this.#sessions.members(address, after, limit);
  }

  history(address: string, before?: number, limit = 200): ReturnType<Sessions['history']> {
    return this.#sessions.history(address, before, limit);
  }

  /** The socket is lost. */
  drop(): void {
    this.#sessions.drop();
  }

  /** Pushes of one operation. */
  received<Op extends Push['op']>(op: Op): Extract<Push, { op: Op }>[] {
    return this.pushes.filter((push): push is Extract<Push, { op: Op }> => push.op === op);
  }

  /** The events it was pushed, of one name or all. */
  events(name?: string): WireEvent[] {
    const events = this.received('events').flatMap((push) => push.events);
    return name === undefined ? events : events.filter((event) => event.name === name);
  }
}

const BARE: PortWraps = { store: (store) => store, feed: (feed) => feed, clock: (clock) => clock };

/** Rooms without sockets, on time that passes when the test says so. */
export class TestRooms {
  readonly clock: VirtualClock;
  readonly store: RoomStore;
  readonly node: RoomsNode;
  /** What the engine reported, oldest first. */
  readonly logged: {
    readonly level: 'warn' | 'error';
    readonly message: string;
    /** Address of the room it is about, if it is about one. */
    readonly room: unknown;
    readonly cause: unknown;
  }[] = [];
  readonly #mortality = new Mortality();
  #connections = 0;

  constructor(private readonly options: TestRoomsOptions) {
    this.clock = options.clock ?? new VirtualClock();
    this.store = options.store ?? new MemoryRoomStore();
    const log =
      (level: 'warn' | 'error'): RoomsLogger['warn'] =>
      (message, fields) =>
        void this.logged.push({ level, message, room: fields['room'], cause: fields['cause'] });
    const { wrap = BARE, createNode = createRoomsNode } = options;
    const feed = new MemoryFeed((cause) => log('error')('a feed listener failed', { cause }));
    this.node = createNode({
      store: this.#mortality.store(wrap.store(this.store)),
      feed: wrap.feed(feed),
      clock: this.#mortality.clock(wrap.clock(this.clock)),
      ids: seededIds(options.seed ?? 1),
      logger: { warn: log('warn'), error: log('error') },
      checks: true,
      ...(options.limits !== undefined && { limits: options.limits }),
    });
    for (const kind of options.kinds) this.node.register(kind);
  }

  connect(id: string, name = id): TestConnection {
    this.#connections += 1;
    return new TestConnection(`${this.node.id}-${this.#connections}`, { id, name }, this.node);
  }

  /**
   * Kills this process where it stands, and starts another on the same store and clock.
   * @param changes options that the new process has instead.
   */
  async kill(changes: Partial<TestRoomsOptions> = {}): Promise<TestRooms> {
    this.#mortality.kill();
    const seed = (this.options.seed ?? 1) + 1;
    return startTestRooms({ ...this.options, store: this.store, clock: this.clock, seed, ...changes });
  }

  /** Waits until nothing is under way, without letting time pass. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** Starts rooms for a test. */
export const startTestRooms = async (options: TestRoomsOptions): Promise<TestRooms> => {
  const rooms = new TestRooms(options);
  await rooms.node.start();
  return rooms;
};
