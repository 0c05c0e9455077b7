import type { Clock, Ids, LogicFactory, RoomsNode, RoomStore } from '@greenroom/rooms';
import type { AnyStateMachine } from 'xstate';

// PLACEHOLDER, until the engine is merged: `@greenroom/rooms` will export these.
export interface RoomsNodeOptions {
  readonly store: RoomStore;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Freeze states, check what rooms emit and show. */
  readonly checks?: boolean;
}

export const createRoomsNode = ({ store }: RoomsNodeOptions): RoomsNode => {
  throw new Error(`The engine is not merged yet; it would run on ${typeof store}.`);
};

export const statechart = (machine: AnyStateMachine, options: { freeze?: boolean }): LogicFactory => {
  throw new Error(`The engine is not merged yet; it would run ${machine.id} (${String(options.freeze)}).`);
};
