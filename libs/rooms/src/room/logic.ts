import type { Stamp } from '../log/entry.js';

/** What a logic is made with when its room is made. Stamped like every input. */
export interface StartInput extends Stamp {
  readonly address: string;
  readonly params: unknown;
}

/** One event for the logic: a command, a member's coming or going, a timer, something from outside. */
export interface LogicEvent extends Stamp {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An event or a `room.*` output; see {@link RoomOutput} for the closed list. */
export interface LogicOutput {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What applying one event came to. Nothing of it has happened yet: `effects` wait for the commit. */
export interface Applied<State> {
  readonly state: State;
  /** `false`: the logic had no use for the event. */
  readonly taken: boolean;
  readonly outputs: readonly LogicOutput[];
  /** Run in order after the commit, never on replay. One that throws is logged and stops no other. */
  readonly effects: readonly (() => void)[];
  /** The logic has reached its end: the room closes. */
  readonly done: boolean;
}

/** A deadline that the logic waits for. */
export interface LogicTimer {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly due: number;
}

/**
 * What a room runs. One instance an active room. `start` and `apply` are synchronous, take time and chance from the
 * stamp alone, and do nothing to the world: what they want done is returned as effects. They may throw: the input is
 * then undone.
 */
export interface RoomLogic<State = unknown> {
  /**
   * `false`: `apply` leaves the state it was given as it was, so that undoing is keeping the old reference.
   * `true`: it changes it in place, so that undoing is loading again.
   */
  readonly mutable: boolean;
  start(input: StartInput): Applied<State>;
  apply(state: State, event: LogicEvent): Applied<State>;
  /** Plain data (JSON values and `Uint8Array`) from which `load` makes the same state again. */
  save(state: State): unknown;
  load(saved: unknown): State;
  /** The earliest deadline, if the logic waits for one. */
  nextTimer(state: State): LogicTimer | undefined;
  /** Applies a deadline that has come; its timer is spent whatever happens. */
  fire(state: State, timer: string, stamp: Stamp): Applied<State>;
  /** The state without that timer: what is left of one whose firing threw. */
  spend(state: State, timer: string): State;
  /** What views and `@AfterCommit` are shown of the state. */
  expose(state: State): unknown;
  /**
   * Has whoever changes this state in place throw, where that is wanted. Asked of each state that is kept, and not of those
   * that a replay goes through: what is frozen is slow to copy.
   */
  freeze?(state: State): void;
  /** Starts what runs beside the room (invoked promises) after activation. */
  resume(state: State): void;
  /** Stops it, for good: the instance is not used again. */
  stop(state: State): void;
  /** Something runs beside the room whose result would be lost if the room were unloaded now. */
  isBusy(state: State): boolean;
}

/** Where a logic hands in what arrives between turns; it becomes an input like any other. */
export interface Outside {
  deliver(event: { readonly type: string }): void;
  /** A failure with nobody to tell: it is logged with the room's address. */
  report(message: string, error: unknown): void;
}

/** Makes the logic of each active room of a kind. */
export interface LogicFactory {
  create(outside: Outside, address: string): RoomLogic;
  /** Why a room of it cannot be saved and loaded, in one sentence; `undefined`: it can. Durable kinds ask at start-up. */
  whyNotDurable(): string | undefined;
}
