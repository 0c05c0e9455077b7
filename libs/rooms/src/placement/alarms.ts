import type { Clock, Timer } from '../clock.js';
import type { RoomStore } from '../log/store.js';
import { OCCUPIED } from '../room/saver.js';
import type { RoomsLogger } from '../logger.js';
import type { RoomHost } from './room-host.js';

/** Rooms woken at a time. */
const PAGE = 100;
/** Of those that were occupied, most of which others run: looked at at a time. */
const LOOKED_AT = 2000;

/**
 * Wakes sleeping rooms whose deadline has come: an alarm, or the end of somebody's grace time. Active ones are reminded, for
 * whom it may have come early: the clock was set, or the machine slept.
 */
export class Alarms {
  #timer: Timer | undefined;
  #isStopped = false;
  /** The store could not be asked the last time: that has been said. */
  #isFailing = false;
  /** Due rooms that are not this node's to wake, the last time. */
  #others = 0;
  /** Rooms that had somebody in them when their owner may have been lost. */
  #orphans: string[] = [];
  #mustAdopt = false;

  constructor(
    private readonly store: RoomStore,
    private readonly host: RoomHost,
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly logger: RoomsLogger,
    /** Whether this node is the one to run the room. */
    private readonly isOwn: (address: string) => Promise<boolean | undefined>,
  ) {}

  start(): void {
    this.#timer = this.clock.after(this.everyMs, () => void this.#look());
  }

  /**
   * Owners may be gone, whole processes of them: wakes the rooms that had somebody in them, little by little, so that their members are
   * waited for, and no longer than their grace time, though nobody asks for the room.
   */
  adopt(): void {
    this.#mustAdopt = true;
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
      this.#others = own.filter((isOwn) => isOwn !== true).length;
      for (const [i, { address }] of due.entries()) if (own[i] === true && !this.#isStopped) this.host.wake(address);
      await this.#wakeOrphans();
      this.#isFailing = false;
    } catch (cause) {
      if (!this.#isFailing) this.logger.error('deadlines could not be read', { cause });
      this.#isFailing = true;
    }
    if (!this.#isStopped) this.start();
  }

  async #wakeOrphans(): Promise<void> {
    if (this.#mustAdopt) {
      const due = await this.store.due(OCCUPIED, Number.MAX_SAFE_INTEGER);
      this.#mustAdopt = false;
      this.#orphans = due.map(({ address }) => address);
    }
    let woken = 0;
    const untold: string[] = [];
    for (const address of this.#orphans.splice(0, LOOKED_AT)) {
      if (this.#isStopped || !this.host.knows(address) || this.host.isActive(address)) continue;
      const isOwn = woken < PAGE ? await this.isOwn(address) : undefined;
      if (isOwn === undefined) untold.push(address);
      if (isOwn !== true) continue;
      this.host.wake(address);
      woken += 1;
    }
    this.#orphans.push(...untold);
  }
}
