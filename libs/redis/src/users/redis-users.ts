import type { Clock, Timer, Users } from '@greenroom/rooms';
import type { RedisConnection } from '../connection.js';
import { hash, type Keys } from '../keys.js';
import type { Subscriptions } from '../subscriptions.js';
import { Counts } from './counts.js';
import { Dismissals } from './dismissals.js';

export interface UsersContext {
  readonly redis: RedisConnection;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  /** Hears of the nodes that take part, and of each change. */
  watch(listener: (nodes: readonly string[]) => void): () => void;
  report(error: unknown): void;
}

/** What others say is waited for no longer, milliseconds: without it a node goes by its own count. */
const PATIENCE_MS = 500;
/** Each count is written again once in so many minutes. */
const ROUND_MINUTES = 60;
const MINUTE_MS = 60_000;
/** What Redis does not know is told again after so long, milliseconds. */
const RETRY_MS = 1000;

/**
 * A node writes how many connections of a user it has, to where all see it, whenever that changes; those of a node that takes no
 * part any more count for nothing. Written is the number, and not that it changed: what is lost is made good by the next.
 */
export class RedisUsers implements Users {
  readonly #here = new Map<string, number>();
  /** Of whom Redis does not know the last number. */
  readonly #owed = new Set<string>();
  readonly #counts: Counts;
  readonly #dismissals: Dismissals;
  #node = '';
  #nodes: ReadonlySet<string> = new Set();
  #round: Timer | undefined;
  #retry: Timer | undefined;
  #isServing = false;
  #minute = 0;

  constructor(private readonly context: UsersContext) {
    this.#counts = new Counts(context.redis, context.keys);
    this.#dismissals = new Dismissals(context);
    context.watch((nodes) => (this.#nodes = new Set(nodes)));
  }

  async serve(node: string, dismiss: (user: string, reason: string) => void): Promise<() => void> {
    this.#node = node;
    const stop = await this.#dismissals.listen(dismiss);
    this.#isServing = true;
    this.#goRound();
    return () => {
      this.#isServing = false;
      stop();
      for (const timer of [this.#round, this.#retry]) if (timer !== undefined) this.context.clock.cancel(timer);
    };
  }

  async enter(user: string, limit: number): Promise<boolean> {
    // Nobody will ask.
    if (limit === Infinity) return true;
    const here = (this.#here.get(user) ?? 0) + 1;
    if (here > limit) return false;
    this.#here.set(user, here);
    if (here + (await this.#others(user)) <= limit) return true;
    this.leave(user);
    return false;
  }

  leave(user: string): void {
    const here = this.#here.get(user);
    if (here === undefined) return;
    const left = here - 1;
    if (left > 0) this.#here.set(user, left);
    else this.#here.delete(user);
    void this.#write(user);
  }

  async dismiss(user: string, reason: string): Promise<void> {
    await this.#dismissals.add(user, reason);
  }

  /** How many the other nodes have, as far as can be told now. */
  async #others(user: string): Promise<number> {
    const { clock } = this.context;
    let timer: Timer | undefined;
    const late = new Promise<undefined>((resolve) => (timer = clock.after(PATIENCE_MS, () => resolve(undefined))));
    const counts = await Promise.race([this.#write(user), late]);
    if (timer !== undefined) clock.cancel(timer);
    let others = 0;
    for (const [node, count] of counts ?? []) if (node !== this.#node && this.#nodes.has(node)) others += count;
    return others;
  }

  /** @returns what all nodes have, or `undefined` when it cannot be told */
  async #write(user: string): Promise<ReadonlyMap<string, number> | undefined> {
    this.#owed.delete(user);
    try {
      return await this.#counts.write(user, this.#node, this.#here.get(user) ?? 0);
    } catch (error) {
      this.#owed.add(user);
      this.#retryLater();
      this.context.report(error);
      return undefined;
    }
  }

  /** As far as one can: the first that fails says that it is too early. */
  #retryLater(): void {
    if (this.#retry !== undefined || !this.#isServing) return;
    this.#retry = this.context.clock.after(RETRY_MS, () => void this.#tellAgain());
  }

  async #tellAgain(): Promise<void> {
    for (const user of this.#owed) if ((await this.#write(user)) === undefined) break;
    this.#retry = undefined;
    if (this.#owed.size > 0) this.#retryLater();
  }

  /** What is not written again is forgotten in time: that of nodes that have died, that is. */
  #goRound(): void {
    this.#round = this.context.clock.after(MINUTE_MS, () => {
      this.#minute = (this.#minute + 1) % ROUND_MINUTES;
      for (const user of this.#here.keys()) if (hash(user) % ROUND_MINUTES === this.#minute) void this.#write(user);
      this.#goRound();
    });
  }
}
