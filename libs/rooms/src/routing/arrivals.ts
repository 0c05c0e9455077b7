import type { Clock } from '../clock.js';
import { GapError, MovedError, type UnavailableError } from '../errors.js';
import type { Envelope } from './courier.js';

/** A round of which nothing came for so long is forgotten. What may be left of it is turned away, and comes again in another. Milliseconds. */
const REMEMBERED_MS = 10_000;

/** What one node asks of one room, in order, up to a call that is turned away. */
export class Round {
  #refusal: UnavailableError | undefined;
  /** How many calls of it have come. */
  #come = 0;
  at = 0;

  constructor(readonly number: number) {}

  /** Nothing more of it is taken: of a `MovedError`, who asks comes again with all of it. */
  close(refusal: UnavailableError): void {
    this.#refusal ??= refusal;
  }

  /** @throws what it was closed with. */
  checkOpen(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** @throws MovedError also when a call before this one has not come. */
  next(index: number): void {
    this.checkOpen();
    if (index !== this.#come) {
      this.close(new MovedError());
      throw new GapError(this.#come);
    }
    this.#come += 1;
  }
}

/**
 * Holds what comes from other nodes to the order in which it was asked. A room may turn one call away and be back when the next
 * arrives, or the first may be lost: what was asked after it is not done before it.
 */
export class Arrivals {
  /** Of each node and room the last, longest unheard of first. */
  readonly #rounds = new Map<string, Round>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** How many rounds are remembered. */
  get size(): number {
    return this.#rounds.size;
  }

  /**
   * @returns the round that the envelope is of, to be closed when that call is not done.
   * @throws MovedError when it is not the next of its line.
   */
  enter({ from, address, round: number, index }: Envelope): Round {
    const now = this.clock.now();
    this.#forget(now);
    const line = `${from} ${address}`;
    const last = this.#rounds.get(line);
    if (last !== undefined && number < last.number) throw new MovedError();
    // Of a round that is not known the first may have come, and be forgotten.
    if (last === undefined && index > 0) throw new MovedError();
    const round = last?.number === number ? last : new Round(number);
    round.at = now;
    this.#rounds.delete(line);
    this.#rounds.set(line, round);
    round.next(index);
    return round;
  }

  #forget(now: number): void {
    for (const [line, { at }] of this.#rounds) {
      if (now - at < REMEMBERED_MS) return;
      this.#rounds.delete(line);
    }
  }
}
