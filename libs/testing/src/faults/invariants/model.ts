import type { WireEvent } from '@greenroom/protocol';

/** A kind's state as its members can know it: what they were shown, moved on by what they were told. */
export interface Model<State = unknown> {
  /** From a view; `undefined`: of a room in which nothing has happened. */
  from(view: unknown): State;
  apply(state: State, event: Pick<WireEvent, 'seq' | 'name' | 'data'>): State;
  /** What is to be the same for everybody. Plain data. */
  show(state: State): unknown;
}
