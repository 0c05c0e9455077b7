import {
  createRoomsNode,
  InternalError,
  MemoryFeed,
  MemoryRoomStore,
  MovedError,
  UnansweredError,
  UnknownOutcomeError,
  type Clock,
  type Courier,
  type Directory,
  type Envelope,
  type EnvelopeHandler,
  type Feed,
  type NodeLimits,
  type ReplyTo,
  type Request,
  type RoomKind,
  type RoomsNode,
  type RoomStore,
} from '@greenroom/rooms';
import { decodeValue, encodeValue } from '@greenroom/protocol/values';
import { Mortality } from './mortal.js';
import { seededIds } from './seeded-ids.js';
import { tellingStore } from './telling-store.js';
import { TestConnection } from './test-rooms.js';
import { VirtualClock } from './virtual-clock.js';

/** A node that nobody hears takes no part after so long, milliseconds. */
const LEASE_MS = 5000;
/** A request to a node that has died is known to be unanswered after so long, milliseconds. */
const SILENCE_MS = 250;

export interface TestClusterOptions {
  readonly kinds: () => readonly RoomKind[];
  /** @default 1 */
  readonly seed?: number;
  readonly limits?: Partial<NodeLimits>;
  /** @default a memory store */
  readonly store?: RoomStore;
  /** How long an envelope or a reply is under way, milliseconds; each is asked for its own. @default at once */
  readonly delayMs?: () => number;
  /** What a node has in the place of the store and the feed that all share. @default these themselves */
  readonly ports?: (clock: Clock) => { readonly store: RoomStore; readonly feed: Feed };
}

/** What goes from one process to another is no object of the first. @throws InternalError at what is not plain data */
const written = <T>(value: T): T => {
  try {
    return decodeValue(encodeValue(value)) as T;
  } catch (cause) {
    throw new InternalError(cause);
  }
};

interface Owed {
  readonly to: string;
  fail(): void;
}

/** Nodes on one store, in one process, on time that passes when the test says so. They die, and are cut off from the others and from the store. */
export class TestCluster {
  readonly clock = new VirtualClock();
  readonly store: RoomStore;
  readonly logged: { readonly message: string; readonly cause: unknown }[] = [];
  readonly nodes: TestClusterNode[] = [];
  readonly feed: Feed;
  /** Of each room, who is to own it. */
  readonly owners = new Map<string, string>();
  readonly #handlers = new Map<string, EnvelopeHandler>();
  readonly #owed = new Set<Owed>();
  /** By way: when the last that is under way arrives. */
  readonly #busyUntil = new Map<string, number>();

  constructor(readonly options: TestClusterOptions) {
    const feed = new MemoryFeed((cause) => this.logged.push({ message: 'a feed listener failed', cause }));
    ({ store: this.store, feed: this.feed } = tellingStore(options.store ?? new MemoryRoomStore(), feed));
  }

  async start(): Promise<TestClusterNode> {
    const node = new TestClusterNode(this, (this.options.seed ?? 1) * 1000 + this.nodes.length);
    this.nodes.push(node);
    await node.node.start();
    return node;
  }

  /** Those that take part, oldest first. */
  get present(): readonly TestClusterNode[] {
    return this.nodes.filter(({ hasLease }) => hasLease);
  }

  /** The node that is to own the room, as one that is not cut off is told. */
  ownerOf(address: string): TestClusterNode | undefined {
    const known = this.present.find(({ id }) => id === this.owners.get(address));
    if (known !== undefined) return known;
    const next = this.#placed(address);
    if (next !== undefined) this.owners.set(address, next.id);
    return next;
  }

  /** The room is placed anew. @returns its owner, if it is another. */
  release(address: string, from: TestClusterNode): string | undefined {
    const next = this.#placed(address);
    if (next === undefined || next === from) return undefined;
    if (this.owners.get(address) === from.id) this.owners.set(address, next.id);
    return this.owners.get(address);
  }

  /** Tells all who can hear it who takes part. */
  announce(): void {
    const ids = this.present.map(({ id }) => id);
    for (const node of this.nodes) node.hear(node.isCutOff ? [] : ids);
  }

  serve(id: string, handler: EnvelopeHandler): () => void {
    this.#handlers.set(id, handler);
    return () => void this.#handlers.delete(id);
  }

  async send<R extends Request>(from: TestClusterNode, to: string, envelope: Envelope<R>): Promise<ReplyTo<R>> {
    if (from.isCutOff) throw new MovedError();
    const arriving = written(envelope);
    const target = this.nodes.find(({ id }) => id === to);
    return new Promise((resolve, reject) => {
      const settle = (run: () => void): void => {
        if (!this.#owed.delete(owed)) return;
        this.clock.cancel(timer);
        if (!from.isDead) run();
      };
      const owed: Owed = { to, fail: () => settle(() => reject(new UnansweredError())) };
      const late = (): void => settle(() => reject(new UnknownOutcomeError()));
      const timer = this.clock.after(envelope.deadline - this.clock.now(), late);
      this.#owed.add(owed);
      const back = (run: () => void): void =>
        this.#later(`${to} ${from.id}`, () => (from.isDeaf ? undefined : settle(run)));
      this.#later(`${from.id} ${to}`, () => {
        const handler = this.#handlers.get(to);
        if (handler === undefined || target?.isCutOff === true) return back(() => reject(new MovedError()));
        if (target?.isDead === true || target?.isDeaf === true) return;
        handler(arriving)
          .then(written)
          .then(
            // It answers the request that it was handed.
            (reply) => back(() => resolve(reply as ReplyTo<R>)),
            (error: Error) => back(() => reject(error)),
          );
      });
    });
  }

  /** What a node owes will not come. */
  fail(to: string): void {
    this.clock.after(SILENCE_MS, () => {
      for (const owed of this.#owed) if (owed.to === to) owed.fail();
    });
  }

  /** As long as something that is asked of the directory is under way. */
  async underWay(): Promise<void> {
    const delayMs = this.options.delayMs?.() ?? 0;
    if (delayMs > 0) await new Promise<void>((resolve) => this.clock.after(delayMs, resolve));
  }

  #placed(address: string): TestClusterNode | undefined {
    const takers = this.present.filter(({ isRetired }) => !isRetired);
    return takers[sumOf(address) % Math.max(1, takers.length)];
  }

  /** In the order of the calls for each way. */
  #later(way: string, run: () => void): void {
    const now = this.clock.now();
    const at = Math.max(now + (this.options.delayMs?.() ?? 0), this.#busyUntil.get(way) ?? 0);
    this.#busyUntil.set(way, at);
    if (at <= now) run();
    else this.clock.after(at - now, run);
  }
}

/** One of them. */
export class TestClusterNode implements Directory, Courier {
  readonly id: string;
  readonly node: RoomsNode;
  hasLease = false;
  isRetired = false;
  isDead = false;
  /** It reaches nobody, and nobody it; the store neither. */
  isCutOff = false;
  /** It has no lease any more, and has not heard of it. */
  isUnaware = false;
  /** What is sent to it is lost on the way. */
  isDeaf = false;
  /** How much it does, as it would tell the others. */
  load = (): number => Number.NaN;
  readonly #listeners = new Set<(nodes: readonly string[]) => void>();
  readonly #mortality = new Mortality();
  #connections = 0;

  constructor(
    private readonly cluster: TestCluster,
    seed: number,
  ) {
    const { kinds, limits = {} } = cluster.options;
    const note = (message: string, { cause }: { readonly cause?: unknown }): void =>
      void cluster.logged.push({ message, cause });
    const clock: Clock = this.#mortality.clock(cluster.clock);
    const { store, feed } = cluster.options.ports?.(clock) ?? cluster;
    this.node = createRoomsNode({
      store: this.#mortality.store(this.#reaching(store)),
      directory: this,
      courier: this,
      feed: this.#heard(feed),
      clock,
      ids: seededIds(seed),
      limits,
      logger: { warn: note, error: note },
      checks: true,
    });
    this.id = this.node.id;
    for (const kind of kinds()) this.node.register(kind);
  }

  /** @param claims what else the app knows of the user. */
  connect(id: string, claims: object = {}): TestConnection {
    this.#connections += 1;
    return new TestConnection(`${this.id}-${this.#connections}`, { ...claims, id, name: id }, this.node);
  }

  /** Kills it where it stands; the others notice what it owes, and that it is gone, a moment later. */
  kill(): void {
    this.isDead = true;
    this.#mortality.kill();
    this.cluster.fail(this.id);
    this.cluster.clock.after(SILENCE_MS, () => this.#lapse());
  }

  /** From now on it is cut off; the others take it for gone when its lease ends. */
  cutOff(): void {
    this.isCutOff = true;
    this.hear([]);
    this.cluster.clock.after(LEASE_MS, () => (this.isCutOff ? this.#lapse() : undefined));
  }

  /** The others take it for gone, and it goes on and does not know: it was stopped for a while, and its timers are late. */
  lapse(): void {
    this.isUnaware = true;
    this.#lapse();
  }

  /** It reaches the others again, and hears of what it has missed. */
  comeBack(): void {
    this.isCutOff = this.isUnaware = false;
    this.hear(this.cluster.present.map(({ id }) => id));
    this.hasLease = true;
    this.cluster.announce();
  }

  hear(nodes: readonly string[]): void {
    if (this.isDead || this.isUnaware) return;
    for (const listener of this.#listeners) listener(nodes);
  }

  #lapse(): void {
    this.hasLease = false;
    this.cluster.fail(this.id);
    this.cluster.announce();
  }

  async join(_node: string, load: () => number): Promise<void> {
    this.load = load;
    this.hasLease = true;
    this.cluster.announce();
  }

  holds(): boolean {
    return this.hasLease && !this.isCutOff;
  }

  async locate(address: string): Promise<string | undefined> {
    await this.cluster.underWay();
    return this.isCutOff ? undefined : this.cluster.ownerOf(address)?.id;
  }

  async release(address: string): Promise<string | undefined> {
    await this.cluster.underWay();
    const next = this.isCutOff ? undefined : this.cluster.release(address, this);
    await this.cluster.underWay();
    return next;
  }

  watch(listener: (nodes: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async retire(): Promise<void> {
    this.isRetired = true;
    this.cluster.announce();
  }

  async leave(): Promise<void> {
    this.hasLease = false;
    this.cluster.announce();
  }

  send<R extends Request>(to: string, envelope: Envelope<R>): Promise<ReplyTo<R>> {
    return this.cluster.send(this, to, envelope);
  }

  async serve(id: string, handler: EnvelopeHandler): Promise<() => void> {
    return this.cluster.serve(id, handler);
  }

  /** A store that cannot be reached fails at once. */
  #reaching(store: RoomStore): RoomStore {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown =>
          this.isCutOff ? Promise.reject(new Error('cut off')) : Reflect.apply(member, target, args);
      },
    });
  }

  /** Turns reach this node unless it is dead; what a dead one publishes reaches nobody. */
  #heard(feed: Feed): Feed {
    return {
      publish: (address, message) => (this.isDead ? undefined : feed.publish(address, message)),
      subscribe: (address, listener) =>
        feed.subscribe(address, (of, message) => (this.isDead ? undefined : listener(of, message))),
      head: (address) => feed.head(address),
    };
  }
}

const sumOf = (text: string): number => Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
