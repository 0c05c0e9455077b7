import { UnavailableError, type Clock } from '@greenroom/rooms';
import { defineScript, type Script, type Sender } from '../connection.js';
import type { Keys } from '../keys.js';
import type { Subscriptions } from '../subscriptions.js';

/** How many are kept for nodes that were not connected, and for how long, milliseconds. */
const KEPT = 1000;
const KEPT_MS = 24 * 60 * 60 * 1000;
const RETRY_MS = 1000;

/** KEYS dismissed. ARGV user, reason, kept, ms. */
const ADD = `
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'user', ARGV[1], 'reason', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SPUBLISH', KEYS[1], '')`;

/** KEYS dismissed. ARGV id. -> those behind it, or the last one when there is no id: id, its fields */
const READ = `
if ARGV[1] == '' then return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1) end
return redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+')`;

export interface DismissalsContext {
  readonly redis: Sender;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  readonly clock: Clock;
  report(error: unknown): void;
}

interface Dismissal {
  readonly id: string;
  readonly user: string;
  readonly reason: string;
}

/** Users whose connections are to end: a stream, and a channel that says there is more of it. A node that was away reads what it missed. */
export class Dismissals {
  readonly #add: Script;
  readonly #behind: Script;
  #dismiss: ((user: string, reason: string) => void) | undefined;
  /** The last one that was heeded. */
  #last = '0-0';
  #reading: Promise<void> = Promise.resolve();

  constructor(private readonly context: DismissalsContext) {
    this.#add = defineScript(context.redis, ADD);
    this.#behind = defineScript(context.redis, READ);
  }

  /** Resolves, with how to stop, once it hears. */
  async listen(dismiss: (user: string, reason: string) => void): Promise<() => void> {
    const { subscriptions, keys } = this.context;
    const [newest] = await this.#after('');
    this.#last = newest?.id ?? this.#last;
    this.#dismiss = dismiss;
    const subscription = await subscriptions.open(keys.dismissed, () => void this.#read());
    subscriptions.onBack(() => void subscription.ready.then(() => this.#read()));
    await this.#read();
    return () => {
      this.#dismiss = undefined;
      subscription.stop();
    };
  }

  /** @throws UnavailableError when others may not hear of it */
  async add(user: string, reason: string): Promise<void> {
    try {
      await this.#add([this.context.keys.dismissed], [user, reason, KEPT, KEPT_MS]);
    } catch (error) {
      this.#dismiss?.(user, reason);
      throw new UnavailableError(error);
    }
    await this.#read();
  }

  #read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOn());
    return this.#reading;
  }

  async #readOn(): Promise<void> {
    if (this.#dismiss === undefined) return;
    try {
      for (const { id, user, reason } of await this.#after(this.#last)) {
        this.#last = id;
        this.#dismiss(user, reason);
      }
    } catch (error) {
      this.context.report(error);
      this.context.clock.after(RETRY_MS, () => void this.#read());
    }
  }

  async #after(id: string): Promise<readonly Dismissal[]> {
    const found = (await this.#behind([this.context.keys.dismissed], [id])) as [Buffer, Buffer[]][];
    return found.map(([at, [, user, , reason]]) => ({ id: String(at), user: String(user), reason: String(reason) }));
  }
}
