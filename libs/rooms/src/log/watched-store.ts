import type { Clock } from '../clock.js';
import { FencedError, StoreRefusedError, StoreSilentError } from '../errors.js';
import type { RoomsLogger } from '../logger.js';
import { Timeouts } from '../timeouts.js';
import type { Batch, Claim, Due, Fence, ReadRange, Retention, RoomStore, Snapshot } from './store.js';
import type { Entry } from './entry.js';

/** How often a store that takes no writes is asked whether it does again. */
const LOOK_EVERY_MS = 1000;

/**
 * A store whose every call settles in time, and of which one knows whether it takes writes: one that fails has it asked
 * until it does, and meanwhile others are refused at once. A call that was given up may still be done later: the next claim fences it off, or finds it in the log.
 */
export class WatchedStore implements RoomStore {
  readonly #halves: Timeouts;
  #isWell = true;
  #isLooking = false;

  constructor(
    private readonly store: RoomStore,
    private readonly clock: Clock,
    private readonly deadlineMs: number,
    private readonly logger: RoomsLogger,
    private readonly onRecovered: () => void,
  ) {
    this.#halves = new Timeouts(clock, deadlineMs / 2);
  }

  /** It takes writes, as far as one knows. */
  get isWell(): boolean {
    return this.#isWell;
  }

  claim(...args: Parameters<RoomStore['claim']>): Promise<Claim | undefined> {
    return this.#write(() => this.store.claim(...args));
  }

  append(address: string, fence: Fence, batch: Batch): Promise<number> {
    return this.#write(() => this.store.append(address, fence, batch));
  }

  saveSnapshot(address: string, fence: Fence, snapshot: Snapshot, keep: Retention, deadline?: number): Promise<void> {
    return this.#write(() => this.store.saveSnapshot(address, fence, snapshot, keep, deadline));
  }

  read(address: string, range: ReadRange): Promise<readonly Entry[]> {
    return this.#inTime(() => this.store.read(address, range));
  }

  due(before: number, limit: number): Promise<readonly Due[]> {
    return this.#inTime(() => this.store.due(before, limit));
  }

  list(kind: string, limit: number, cursor?: string): Promise<readonly string[]> {
    return this.#inTime(() => this.store.list(kind, limit, cursor));
  }

  check(): Promise<void> {
    return this.#inTime(() => this.store.check());
  }

  close(): Promise<void> {
    return this.store.close();
  }

  async #write<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#isWell) throw new StoreRefusedError('The store takes no writes.');
    try {
      return await this.#inTime(call);
    } catch (error) {
      if (error instanceof StoreSilentError) this.#isUnwell(error);
      // That a room has another owner says nothing of the store.
      if (!(error instanceof FencedError) && !this.#isLooking) void this.#look();
      throw error;
    }
  }

  #isUnwell(cause: unknown): void {
    if (this.#isWell) this.logger.error('the store takes no writes', { cause });
    this.#isWell = false;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const since = this.clock.now();
    for (let failed = await this.#failure(); failed !== undefined; failed = await this.#failure()) {
      this.#isUnwell(failed.cause);
      await new Promise<void>((resolve) => this.clock.after(LOOK_EVERY_MS, resolve));
    }
    this.#isLooking = false;
    if (this.#isWell) return;
    this.#isWell = true;
    this.logger.warn('the store takes writes again', { afterMs: this.clock.now() - since });
    this.onRecovered();
  }

  async #failure(): Promise<{ readonly cause: unknown } | undefined> {
    try {
      await this.check();
      return undefined;
    } catch (cause) {
      return { cause };
    }
  }

  /** @throws StoreSilentError when there is no answer in time. */
  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const silent = (): void => reject(new StoreSilentError(this.deadlineMs));
      // In two halves: a process that was stopped hears what came meanwhile before it gives up.
      let timeout = this.#halves.begin(() => (timeout = this.#halves.begin(silent)));
      const answered = call();
      const end = (): void => timeout.end();
      answered.then(end, end);
      answered.then(resolve, reject);
    });
  }
}
