import type { Clock } from '../clock.js';
import { NoSuchRoomError } from '../errors.js';
import { eachOf } from '../each-of.js';
import type { Audience } from '../feed/audience.js';
import type { EndedSession } from '../feed/feed.js';
import type { Seat } from '../feed/seat.js';
import type { Place } from '../log/place.js';
import { tryAgain, TRIES } from './again.js';
import type { Router } from './router.js';

/** Rooms told at a time. */
const AT_ONCE = 64;
/** Sessions in a letter, and so in a turn: what a room takes at a time has its limits. */
const PART = 1000;
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
    const isOver = (): boolean => this.#isStopped || this.#rounds.get(address) !== round;
    try {
      const seats = this.audience.seatsIn(address);
      for (let i = 0; i < seats.length && !isOver(); i += PART) await this.#tellOf(address, seats.slice(i, i + PART));
    } catch (error) {
      const tellAgain = (left: number): void => void this.#tell(address, round, left);
      if (!isOver() && tryAgain(this.clock, error, { firstMs: RETRY_MS, tries }, tellAgain)) return;
    }
    if (this.#rounds.get(address) === round) this.#rounds.delete(address);
  }

  /** Of those who have gone since the round began the room has been told so, and is told nothing more. */
  async #tellOf(address: string, seats: readonly Seat[]): Promise<void> {
    const { node } = this;
    const here = new Set(this.audience.seatsIn(address));
    const told: Seat[] = [];
    const sessions: (Place & { readonly session: string })[] = [];
    for (const seat of seats) {
      if (seat.joined === undefined || !here.has(seat)) continue;
      const { sessionId: session, attempt } = seat.joined;
      told.push(seat);
      sessions.push({ session, node, connection: seat.connection.id, attempt });
    }
    if (sessions.length === 0) return;
    try {
      this.audience.end(address, await this.router.ask(address, { type: 'attach', sessions }), told);
    } catch (error) {
      if (!(error instanceof NoSuchRoomError)) throw error;
      this.audience.end(address, sessions.map(lost), told);
    }
  }
}

const lost = ({ session }: { readonly session: string }): EndedSession => ({
  session,
  code: 'UNAVAILABLE',
  reason: 'the room was lost',
});
