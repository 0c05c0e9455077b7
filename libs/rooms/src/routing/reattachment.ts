import type { Clock } from '../clock.js';
import { NoSuchRoomError } from '../errors.js';
import { eachOf } from '../each-of.js';
import type { Audience } from '../feed/audience.js';
import type { EndedSession } from '../feed/feed.js';
import { tryAgain, TRIES } from './again.js';
import type { Router } from './router.js';

/** Rooms told at a time. */
const AT_ONCE = 64;
/** One that cannot be reached is told again after so long. */
const RETRY_MS = 500;

/**
 * Tells rooms who is in them through this node, after an owner or this node was taken for gone: sessions that were dropped
 * for it go on, those that the room does not have end, and a room whose owner is gone is woken by being told.
 */
export class Reattachment {
  /** Rooms that are being told, by what makes the last round over a room the only one. */
  readonly #rounds = new Map<string, object>();
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

  /** Never rejects. */
  run(): Promise<void> {
    return eachOf(this.audience.addresses(), AT_ONCE, (address) => {
      const round = {};
      this.#rounds.set(address, round);
      return this.#tell(address, round, TRIES);
    });
  }

  async #tell(address: string, round: object, tries: number): Promise<void> {
    if (this.#isStopped || this.#rounds.get(address) !== round) return;
    const { node } = this;
    const seats = this.audience.seatsIn(address);
    const sessions = seats.flatMap(({ session, connection }) =>
      session === undefined ? [] : [{ session, node, connection: connection.id }],
    );
    try {
      if (sessions.length > 0)
        this.audience.end(address, await this.router.ask(address, { type: 'attach', sessions }), seats);
    } catch (error) {
      if (error instanceof NoSuchRoomError) this.audience.end(address, sessions.map(lost), seats);
      else {
        const tellAgain = (left: number): void => void this.#tell(address, round, left);
        if (tryAgain(this.clock, error, { firstMs: RETRY_MS, tries }, tellAgain)) return;
      }
    }
    if (this.#rounds.get(address) === round) this.#rounds.delete(address);
  }
}

const lost = ({ session }: { readonly session: string }): EndedSession => ({
  session,
  code: 'UNAVAILABLE',
  reason: 'the room was lost',
});
