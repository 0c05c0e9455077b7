import type { Clock, Timer } from '../clock.js';
import type { RoomStore } from '../log/store.js';
import type { RoomsLogger } from '../logger.js';
import type { RoomHost } from './room-host.js';

/** Rooms woken at a time. */
const PAGE = 100;

/**
 * Wakes sleeping rooms whose deadline has come: an alarm, or the end of somebody's grace time. Active ones are reminded, for
 * whom it may have come early: the clock was set, or the machine slept.
 */
export class Alarms {
  #timer: Timer | undefined;
  #isStopped = false;
  /** Due rooms that are not this node's to wake, the last time. */
  #others = 0;

  constructor(
    private readonly store: RoomStore,
    private readonly host: RoomHost,
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly logger: RoomsLogger,
    /** Whether this node is the one to run the room. */
    private readonly isOwn: (address: string) => Promise<boolean>,
  ) {}

  start(): void {
    this.#timer = this.clock.after(this.everyMs, () => void this.#look());
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      // An active room keeps its own time otherwise, one of another node is kept there, and one of a kind that is gone keeps
      // none; however many of those are due, some that sleep are among these.
      const due = await this.store.due(this.clock.now(), PAGE + this.host.active + this.#others);
      const own = await Promise.all(due.map(async ({ address }) => this.host.knows(address) && this.isOwn(address)));
      this.#others = own.filter((isOwn) => !isOwn).length;
      for (const [i, { address }] of due.entries()) if (own[i] === true && !this.#isStopped) this.host.wake(address);
    } catch (cause) {
      this.logger.error('deadlines could not be read', { cause });
    }
    if (!this.#isStopped) this.start();
  }
}
