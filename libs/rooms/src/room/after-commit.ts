import type { Clock } from '../clock.js';
import { eventsOf } from '../feed/visibility.js';
import type { CommittedEvent, RoomKind } from '../kind.js';
import type { RoomStore } from '../log/store.js';
import type { RoomsLogger } from '../logger.js';

const PAGE = 64;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Hands committed events to the kind's `afterCommit`, in order and at least once: it reads them from the log, and how
 * far it got is noted there with the next entry. A call that fails is tried again, with pauses that double.
 */
export class AfterCommit {
  #head: number;
  #isRunning = false;
  #isStopped = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly address: string,
    private readonly call: NonNullable<RoomKind['afterCommit']>,
    private readonly store: RoomStore,
    private readonly clock: Clock,
    private readonly logger: RoomsLogger,
    private readonly onIdle: () => void,
    /** Done up to this position. */
    public handled: number,
  ) {
    this.#head = handled;
  }

  get isIdle(): boolean {
    return this.handled >= this.#head;
  }

  /** There are entries up to this position. */
  committed(seq: number): void {
    this.#head = seq;
    if (!this.#isRunning) void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (!this.isIdle && !this.#isStopped) await this.#page();
      this.#retryMs = FIRST_RETRY_MS;
      this.#isRunning = false;
      if (!this.#isStopped) this.onIdle();
    } catch (cause) {
      this.logger.error('afterCommit failed; it will be called again', { room: this.address, cause });
      this.clock.after(this.#retryMs, () => void this.#run());
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  async #page(): Promise<void> {
    const entries = await this.store.read(this.address, { after: this.handled, before: this.#head + 1, limit: PAGE });
    for (const entry of entries) {
      const position = { epoch: entry.epoch, seq: entry.last };
      for (const event of eventsOf(entry)) {
        if (this.#isStopped) return;
        await this.call({ ...event, address: this.address, position } satisfies CommittedEvent);
      }
      this.handled = entry.last;
    }
    if (entries.length === 0) this.handled = this.#head;
  }
}
