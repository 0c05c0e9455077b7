import type { Clock, Timer } from '../clock.js';
import { GapError, MovedError, RoomError, UnansweredError, UnavailableError, UnknownOutcomeError } from '../errors.js';
import type { Asker } from '../room/asker.js';
import type { Request } from '../room/request.js';

/** A room that has moved is asked for again after so long, doubling. Milliseconds. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/** A request of this node, and who waits for its answer. */
export interface Call {
  readonly request: Request;
  /** After it nobody waits any more. Milliseconds since 1970. */
  readonly deadline: number;
  /** Calls are made in the order of their numbers. */
  readonly number: number;
  /** The end of it: no owner is asked any more. */
  resolve(reply: unknown): void;
  fail(error: unknown): void;
}

/** Where a call stands: by it the owner sees that it has got all that was asked before. */
export interface InLine {
  /** What is under way at a time is one round: once a call of it is turned away, all that follow are. Rises from round to round. */
  readonly round: number;
  /** In the round, from 0. */
  readonly index: number;
}

/** How a line reaches the room's owner. */
export interface Way {
  /** @returns the node that owns the room; `undefined`: nobody can tell now. */
  locate(): Promise<string | undefined>;
  /** Whether anybody is served by a call that has waited. */
  isWanted(call: Call): boolean;
  /** The number of a round that is higher than those before it. */
  nextRound(): number;
  /** Calls arrive in the order in which they are handed over. */
  hand(owner: string, call: Call, inLine: InLine, asker: Asker): void;
  /** There is nobody in line, and nobody under way. */
  emptied(): void;
}

/**
 * What this node asks of a room, in order and of one owner at a time. What an owner has not taken, as the room has moved, is asked of
 * the next before anything that came later; a command that an owner did not live to answer, too, as the room knows a repeat by its id.
 */
export class Line {
  #waiting: Call[] = [];
  /** By their index in the round. */
  readonly #underWay = new Map<number, Call>();
  #round = 0;
  #index = 0;
  #owner: string | undefined;
  /** Some have come back, or the round is over: nobody goes before all are back that were under way. */
  #isTurningBack = false;
  #pauseMs = FIRST_PAUSE_MS;
  #state: 'open' | 'locating' | { readonly pausing: Timer } = 'open';
  /** Those of which the last owner may have done what they ask. */
  readonly #doubtful = new WeakSet<Call>();

  constructor(
    private readonly way: Way,
    private readonly clock: Clock,
  ) {}

  put(call: Call): void {
    this.#waiting.push(call);
    this.#goOn();
  }

  /** One that was handed to the owner on another way than this line's, and was not taken. */
  takeBack(call: Call, error: unknown): void {
    this.#turnBack(call, error);
    this.#goOn();
  }

  /** The room may have another owner: what waits to be asked again is asked now. */
  hurry(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    if (typeof this.#state === 'string') return;
    this.clock.cancel(this.#state.pausing);
    this.#open();
  }

  #open(): void {
    this.#state = 'open';
    this.#goOn();
  }

  #goOn(): void {
    if (this.#state !== 'open') return;
    if (this.#isTurningBack) {
      if (this.#underWay.size === 0) this.#pause();
    } else if (this.#waiting.length > 0) void this.#locate();
    else if (this.#underWay.size === 0) this.way.emptied();
  }

  #pause(): void {
    this.#isTurningBack = false;
    this.#waiting.sort((a, b) => a.number - b.number);
    this.#state = { pausing: this.clock.after(this.#pauseMs, () => this.#open()) };
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  async #locate(): Promise<void> {
    this.#state = 'locating';
    try {
      const owner = await this.way.locate();
      if (owner === undefined) throw new UnavailableError();
      // Some may have come back meanwhile, and are not in their places yet.
      const isSame = owner === this.#owner || this.#underWay.size === 0;
      if (isSame && !this.#isTurningBack) this.#handAll(owner);
      else this.#isTurningBack = true;
    } catch (error) {
      for (const call of this.#waiting.splice(0)) this.#fail(call, error);
    }
    this.#open();
  }

  #handAll(owner: string): void {
    this.#owner = owner;
    for (const call of this.#waiting.splice(0)) {
      if (this.way.isWanted(call)) this.#hand(owner, call);
      else this.#fail(call, new UnavailableError());
    }
  }

  #hand(owner: string, call: Call): void {
    if (this.#underWay.size === 0) {
      this.#round = this.way.nextRound();
      this.#index = 0;
    }
    const inLine = { round: this.#round, index: this.#index };
    this.#index += 1;
    this.#underWay.set(inLine.index, call);
    this.way.hand(owner, call, inLine, {
      resolve: (reply) => {
        if (!this.#isUnderWay(inLine)) return;
        this.#pauseMs = FIRST_PAUSE_MS;
        call.resolve(reply);
        this.#returned(inLine.index);
      },
      reject: (error) => {
        if (!this.#isUnderWay(inLine)) return;
        if (mayGoAgain(call, error)) this.#turnBack(call, error);
        else this.#fail(call, error);
        this.#isTurningBack ||= endsRound(error);
        this.#returned(inLine.index);
        if (error instanceof GapError) this.#turnBackFrom(error.index);
      },
    });
  }

  #isUnderWay({ round, index }: InLine): boolean {
    return round === this.#round && this.#underWay.has(index);
  }

  /** These have not come, and are not taken any more. */
  #turnBackFrom(first: number): void {
    for (const [index, call] of this.#underWay) {
      if (index < first) continue;
      this.#turnBack(call, new MovedError());
      this.#returned(index);
    }
  }

  #returned(index: number): void {
    this.#underWay.delete(index);
    this.#goOn();
  }

  #turnBack(call: Call, error: unknown): void {
    if (error instanceof UnansweredError) this.#doubtful.add(call);
    if (call.deadline <= this.clock.now() + this.#pauseMs) return this.#fail(call, error);
    this.#isTurningBack = true;
    this.#waiting.push(call);
  }

  /** What an owner says of a call is true of itself, and of no earlier one that did not answer. */
  #fail(call: Call, error: unknown): void {
    const isKnown = !this.#doubtful.has(call) || error instanceof UnknownOutcomeError;
    call.fail(isKnown ? error : new UnknownOutcomeError(error));
  }
}

/** Whether a call may be made again after it failed like this: nothing was done, or a repeat is known as one. */
export const mayGoAgain = ({ request }: Call, error: unknown): boolean =>
  error instanceof MovedError || (error instanceof UnansweredError && request.type === 'command');

/**
 * Nothing that came later is done: who asked does so again, because the room has moved, or because this answer was lost. Who gets
 * it begins another round.
 */
export const endsRound = (error: unknown): boolean =>
  error instanceof RoomError && (error.code === 'UNAVAILABLE' || error.code === 'UNKNOWN_OUTCOME');
