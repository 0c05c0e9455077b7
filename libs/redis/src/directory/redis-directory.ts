import type { Clock, Directory, Timer } from '@greenroom/rooms';
import type { Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Subscriptions } from '../subscriptions.js';
import { Members, type Load, type Nodes } from './members.js';
import { Owners } from './owners.js';

export interface LeaseTimes {
  /** A node that is not heard of for so long takes no part any more, milliseconds. @default 5000 */
  readonly leaseMs: number;
  /** How often a node is heard of, milliseconds. @default 1500 */
  readonly beatMs: number;
  /** A node whose beat has not been answered for so long trusts nothing it knows, milliseconds: less than `leaseMs`. @default 3500 */
  readonly fenceMs: number;
}

export const LEASE_TIMES: LeaseTimes = { leaseMs: 5000, beatMs: 1500, fenceMs: 3500 };

/** A node that nobody hears is asked once more after so long: it may be connecting again. */
const SILENCE_MS = 250;
const MAX_KNOWN = 10_000;
const NOBODY: Nodes = { nodes: [], takers: [], loads: new Map() };
const UNKNOWN: Load = () => Number.NaN;
/** Others may appoint at the same time. */
const TRIES = 3;

export interface DirectoryContext {
  readonly redis: Sender;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly times: LeaseTimes;
  /** Milliseconds that only ever go on, also while the process is stopped. */
  readonly monotonic: () => number;
  /** Whether anybody receives what is sent to a node. */
  isHeard(node: string): Promise<boolean>;
  report(error: unknown): void;
}

/**
 * Nodes by their leases, and owners by compare-and-set. A hint, as the port says; that it is right most of the time is what
 * keeps rooms from moving to and fro. A node that has not heard from Redis for a while knows of no node, itself included.
 */
export class RedisDirectory implements Directory {
  readonly #members: Members;
  readonly #owners: Owners;
  /** Nodes of this process. */
  readonly #own = new Map<string, Load>();
  /** Those of them that take no more rooms. */
  readonly #retired = new Set<string>();
  readonly #listeners = new Set<(nodes: readonly string[]) => void>();
  /** Owners asked for lately, and when. */
  readonly #known = new Map<string, { readonly node: string; readonly at: number }>();
  readonly #asking = new Map<string, Promise<string | undefined>>();
  readonly #suspects = new Set<string>();
  #looking: Promise<void> | undefined;
  #present = NOBODY;
  /** When the last beat that was answered was sent. */
  #heardAt = -Infinity;
  /** When its channels were lost last: what was answered to an earlier beat says nothing any more. */
  #lostAt = -Infinity;
  #timer: Timer | undefined;
  /** Of a beat out of turn. */
  #early: Timer | undefined;
  #isClosed = false;

  private constructor(private readonly context: DirectoryContext) {
    const { redis, keys, times } = context;
    this.#members = new Members(redis, keys, times.leaseMs);
    this.#owners = new Owners(redis, keys);
  }

  static async open(context: DirectoryContext): Promise<RedisDirectory> {
    const directory = new RedisDirectory(context);
    const { subscriptions, keys } = context;
    await subscriptions.open(keys.nodes, () => void directory.#beat());
    // Who could not be sent anything may have been taken for gone.
    subscriptions.onLost(() => {
      directory.#heardAt = -Infinity;
      directory.#lostAt = context.monotonic();
    });
    subscriptions.onBack(() => void directory.#beat());
    await directory.#beat();
    directory.#beatLater();
    return directory;
  }

  async join(node: string, load = UNKNOWN): Promise<void> {
    this.#own.set(node, load);
    await this.#beatOrFail();
  }

  holds(node: string): boolean {
    return this.#own.has(node) && !this.#isCutOff;
  }

  async locate(address: string, afresh = false): Promise<string | undefined> {
    if (afresh) this.forget(address);
    // After a long stop nothing is known: neither whether others have taken over, nor whom.
    if (this.#isCutOff) await this.#lookAround();
    if (this.#isCutOff) return undefined;
    const now = this.context.monotonic();
    const known = this.#known.get(address);
    if (known !== undefined && now - known.at < this.context.times.leaseMs) return known.node;
    // All who ask meanwhile go on at once, in their order.
    const asking =
      (afresh ? undefined : this.#asking.get(address)) ??
      this.#ask(address, now).finally(() => this.#asking.delete(address));
    this.#asking.set(address, asking);
    return asking;
  }

  async release(address: string, node: string): Promise<string | undefined> {
    this.forget(address);
    try {
      return await this.#owners.release(address, node, this.#present);
    } catch (error) {
      // It is found out by whoever asks the node for the room.
      this.context.report(error);
      return undefined;
    }
  }

  watch(listener: (nodes: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async retire(node: string): Promise<void> {
    if (!this.#own.has(node)) return;
    this.#retired.add(node);
    try {
      await this.#members.retire(node);
    } catch (error) {
      this.context.report(error);
    }
    await this.#beat();
  }

  async leave(node: string): Promise<void> {
    this.#retired.delete(node);
    if (!this.#own.delete(node)) return;
    try {
      await this.#members.remove(node);
    } catch (error) {
      // Its lease ends by itself.
      this.context.report(error);
    }
    await this.#beat();
  }

  /** Nobody received what was sent to the node. When that is still so in a moment, it takes no part any more. */
  suspect(node: string): void {
    if (this.#suspects.has(node) || !this.#present.nodes.includes(node)) return;
    this.#suspects.add(node);
    this.context.clock.after(SILENCE_MS, () => void this.#question(node));
  }

  /** Who owns the room has turned out to be another. */
  forget(address: string): void {
    this.#known.delete(address);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of [this.#timer, this.#early]) if (timer !== undefined) this.context.clock.cancel(timer);
  }

  get #isCutOff(): boolean {
    return this.context.monotonic() - this.#heardAt > this.context.times.fenceMs;
  }

  async #ask(address: string, now: number): Promise<string | undefined> {
    try {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const node = await this.#owners.settle(address, this.#present);
        // One that has gone meanwhile would be remembered for as long as a lease.
        if (node !== undefined && this.#present.nodes.includes(node)) {
          this.#remember(address, { node, at: now });
          return node;
        }
        await this.#beatOrFail();
      }
    } catch (error) {
      this.context.report(error);
    }
    return undefined;
  }

  async #question(node: string): Promise<void> {
    try {
      if (!(await this.context.isHeard(node))) await this.#members.remove(node);
      await this.#beatOrFail();
    } catch (error) {
      this.context.report(error);
    } finally {
      this.#suspects.delete(node);
    }
  }

  /** All who ask meanwhile wait for the same beat. */
  #lookAround(): Promise<void> {
    this.#looking ??= this.#beat().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #beat(): Promise<void> {
    try {
      await this.#beatOrFail();
    } catch (error) {
      this.context.report(error);
      if (this.#isCutOff) this.#see(NOBODY);
    }
  }

  async #beatOrFail(): Promise<void> {
    const sentAt = this.context.monotonic();
    // One that cannot be sent anything takes no part.
    const isUp = this.context.subscriptions.isUp;
    const present = await this.#members.renew(isUp ? this.#own : new Map(), this.#retired);
    // Of two that cross the later one counts.
    if (sentAt < this.#heardAt) return;
    if (isUp && sentAt >= this.#lostAt) this.#heardAt = sentAt;
    // Whoever was taken for gone hears of it, though nobody may have seen it.
    this.#see(without(present, present.renewed));
    this.#see(present);
    this.#beatWhenOver(present.endsInMs);
  }

  /** A lease that is not renewed in time is found to have ended when it does, not with the next beat. */
  #beatWhenOver(endsInMs: number): void {
    const { clock, times } = this.context;
    if (this.#early !== undefined) clock.cancel(this.#early);
    this.#early = undefined;
    if (endsInMs >= times.beatMs || this.#isClosed) return;
    this.#early = clock.after(endsInMs + 1, () => void this.#beat());
  }

  #beatLater(): void {
    this.#timer = this.context.clock.after(this.context.times.beatMs, () => {
      void this.#beat();
      // One that hangs keeps no other from being sent, and no watcher from hearing that this node is cut off.
      if (this.#isCutOff) this.#see(NOBODY);
      if (!this.#isClosed) this.#beatLater();
    });
  }

  #see(present: Nodes): void {
    const { nodes } = present;
    const isNews = nodes.join() !== this.#present.nodes.join();
    this.#present = present;
    if (!isNews) return;
    for (const [address, { node }] of this.#known) if (!nodes.includes(node)) this.#known.delete(address);
    for (const listener of this.#listeners) {
      try {
        listener(nodes);
      } catch (error) {
        this.context.report(error);
      }
    }
  }

  #remember(address: string, known: { readonly node: string; readonly at: number }): void {
    this.#known.delete(address);
    this.#known.set(address, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

const without = ({ nodes, takers, loads }: Nodes, gone: readonly string[]): Nodes => ({
  loads,
  nodes: nodes.filter((node) => !gone.includes(node)),
  takers: takers.filter((node) => !gone.includes(node)),
});
