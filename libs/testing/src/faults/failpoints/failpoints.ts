import { StoreRefusedError, SystemClock, type Clock, type Feed, type RoomStore } from '@greenroom/rooms';
import { Dice } from '../dice.js';
import { canStrike, FAILPOINTS, type Failpoint, type FailpointsReached, type FaultAction } from './failpoint.js';
import { faultyFeed } from './faulty-feed.js';
import { faultyStore } from './faulty-store.js';
import { Surroundings } from './surroundings.js';

/** Strikes once, at the `hit`-th time the point is reached; 1 is the first. */
export interface Strike {
  readonly point: Failpoint;
  readonly hit: number;
  readonly action: FaultAction;
}

/** Strikes by chance, whenever the point is reached. */
export interface Noise {
  readonly point: Failpoint;
  /** In so many of 1 hits. */
  readonly share: number;
  readonly action: FaultAction;
}

export interface FailpointsOptions {
  /** What chance starts from. @default 1 */
  readonly seed?: number;
  readonly strikes?: readonly Strike[];
  readonly noise?: readonly Noise[];
  /** The kinds' `passivateAfter`, milliseconds: timers of just that length are what unloads a room. @default [60_000] */
  readonly restMs?: readonly number[];
  /** Told of every strike, before it happens. Synchronous, as the process may be dead when it returns. */
  readonly onStrike?: (point: Failpoint, hit: number, action: FaultAction) => void;
  /** Ends or stops this process. @default sends the signal to itself */
  readonly signal?: (signal: 'SIGKILL' | 'SIGSTOP') => void;
}

/** The commit is in doubt, as when a connection to a database is lost in the middle of it. */
export class InDoubtError extends Error {
  override readonly name = 'InDoubtError';
  constructor(point: Failpoint) {
    super(`The connection was lost ${point}.`);
  }
}

/**
 * Named points at which faults strike, and counts of how often each was reached. Hand the engine the ports that it wraps:
 * `store`, `feed` and `clock`.
 */
export class Failpoints implements FailpointsReached {
  readonly #hits = new Map<Failpoint, number>(FAILPOINTS.map((point) => [point, 0]));
  readonly #surroundings: Surroundings;
  readonly #dice: Dice;
  readonly #signal: (signal: 'SIGKILL' | 'SIGSTOP') => void;
  #clock: Clock = new SystemClock();
  #isCalm = false;

  /** @throws RangeError for an action that cannot happen at its point. */
  constructor(private readonly options: FailpointsOptions = {}) {
    for (const { point, action } of [...(options.strikes ?? []), ...(options.noise ?? [])])
      if (!canStrike(point, action)) throw new RangeError(`${action.type} cannot happen at ${point}`);
    this.#dice = new Dice(options.seed ?? 1);
    this.#surroundings = new Surroundings(options.restMs ?? [60_000]);
    this.#signal = options.signal ?? ((signal) => process.kill(process.pid, signal));
  }

  /** How often each point was reached. */
  get hits(): Readonly<Record<Failpoint, number>> {
    return Object.fromEntries(this.#hits) as Record<Failpoint, number>;
  }

  /** From now on nothing strikes; hits are counted still. */
  calm(): void {
    this.#isCalm = true;
  }

  /** From now on what is saved is saved because the process is to end. Say so when it is told to. */
  draining(): void {
    this.#surroundings.isDraining = true;
  }

  store(store: RoomStore): RoomStore {
    return faultyStore(store, this, this.#surroundings);
  }

  feed(feed: Feed): Feed {
    return faultyFeed(feed, this);
  }

  /** Delays are by this clock from then on. */
  clock(clock: Clock): Clock {
    this.#clock = clock;
    return this.#surroundings.clock(clock);
  }

  async reach(point: Failpoint): Promise<void> {
    const action = this.#strike(point);
    switch (action?.type) {
      case 'refuse':
        throw new StoreRefusedError(`Refused ${point}.`);
      case 'fail':
        throw new InDoubtError(point);
      case 'delay':
        return new Promise((resolve) => this.#clock.after(action.ms, resolve));
      case 'kill':
        this.#signal('SIGKILL');
        // A signal to oneself may come a moment later, and nothing may happen in it.
        return new Promise(() => {});
      case 'stop':
        this.#signal('SIGSTOP');
        return undefined;
      case undefined:
        return undefined;
    }
  }

  pass(point: Failpoint): void {
    const action = this.#strike(point);
    if (action?.type === 'kill') this.#signal('SIGKILL');
    if (action?.type === 'stop') this.#signal('SIGSTOP');
  }

  #strike(point: Failpoint): FaultAction | undefined {
    const { strikes = [], noise = [], onStrike } = this.options;
    const hit = (this.#hits.get(point) ?? 0) + 1;
    this.#hits.set(point, hit);
    if (this.#isCalm) return undefined;
    const chosen =
      strikes.find((strike) => strike.point === point && strike.hit === hit) ??
      noise.find((each) => each.point === point && this.#dice.chance(each.share));
    if (chosen !== undefined) onStrike?.(point, hit, chosen.action);
    return chosen?.action;
  }
}
