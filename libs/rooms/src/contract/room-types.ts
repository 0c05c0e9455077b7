import type { RoomContract } from '@greenroom/protocol';
import type { Inputs, RoomInput } from './inputs.js';
import type { Emitted } from './outputs.js';
import type { Stamp } from '../log/entry.js';

/** The types of a room's machine, for XState's `setup({ types: roomTypes<typeof Chat, ChatState>() })`. */
export interface RoomTypes<C extends RoomContract, State, Internal extends { type: string }> {
  context: State;
  events: Inputs<C> | ([Internal] extends [never] ? never : Internal & Partial<Stamp>);
  emitted: Emitted<C>;
  input: RoomInput<C>;
}

/**
 * Ties a machine to a contract: its context, events, emitted events and input.
 * @typeParam Internal events the machine sends itself. Delayed ones are stamped when they arrive; a plain `raise` is part
 * of the event that caused it, and carries what it is given.
 */
export const roomTypes = <C extends RoomContract, State, Internal extends { type: string } = never>(): RoomTypes<
  C,
  State,
  Internal
> => {
  // XState reads the type only.
  return {} as RoomTypes<C, State, Internal>;
};
