import type { Clock } from '../clock.js';
import { NoSuchRoomError, RoomError } from '../errors.js';
import type { Audience } from '../feed/audience.js';
import type { Router } from './router.js';

/** Rooms told at a time. */
const AT_ONCE = 64;
/** One that cannot be reached is told again, doubling: for about ten minutes. */
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
const RETRIES = 15;

/**
 * Tells rooms who is in them through this node, after an owner or this node was taken for gone: sessions that were dropped
 * for it go on, those that the room does not have end, and a room whose owner is gone is woken by being told.
 */
export class Reattachment {
  #isStopped = false;

  constructor(
    private readonly node: string,
    private readonly router: Router,
    private readonly audience: Audience,
    private readonly clock: Clock,
  ) {}

  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    const addresses = this.audience.addresses().values();
    const work = async (): Promise<void> => {
      for (const address of addresses) await this.#tell(address, RETRIES);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Never rejects. */
  async #tell(address: string, tries: number): Promise<void> {
    if (this.#isStopped) return;
    const { node } = this;
    const sessions = this.audience
      .seatsIn(address)
      .flatMap(({ session, connection }) =>
        session === undefined ? [] : [{ session, node, connection: connection.id }],
      );
    if (sessions.length === 0) return;
    try {
      this.audience.end(address, await this.router.ask(address, { type: 'attach', sessions }));
    } catch (error) {
      if (error instanceof NoSuchRoomError)
        this.audience.end(
          address,
          sessions.map(({ session }) => ({ session, code: 'UNAVAILABLE', reason: 'the room was lost' })),
        );
      else if (tries > 0 && error instanceof RoomError && error.retryable)
        this.clock.after(
          Math.min(RETRY_MS * 2 ** (RETRIES - tries), LONGEST_RETRY_MS),
          () => void this.#tell(address, tries - 1),
        );
    }
  }
}
