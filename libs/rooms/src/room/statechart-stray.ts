import type { AnyStateMachine } from 'xstate';
import { statesOf } from './statechart-states.js';

/** What a saved state waits for, by the names it has there. */
export interface Awaited {
  /** Types of delayed events. */
  readonly delayed: readonly string[];
  /** Ids of children. */
  readonly children: readonly string[];
}

/** XState names an `after` by its delay and its state, and what is invoked by its state, unless it has an id of its own. */
const AFTER = 'xstate.after.';
const INVOKED = /^\d+\./;

/**
 * What a saved state waits for and the machine knows nothing of, because a state or a delay has another name than when it was
 * saved. XState would take it, nothing would take what comes of it, and the room would wait for ever.
 */
export const strayOf = (machine: AnyStateMachine, { delayed, children }: Awaited): string | undefined => {
  const afters = delayed.filter((type) => type.startsWith(AFTER));
  const invoked = children.filter((id) => INVOKED.test(id));
  if (afters.length + invoked.length === 0) return undefined;
  const states = statesOf(machine);
  return (
    afters.find((type) => !states.some(({ transitions }) => transitions.has(type))) ??
    invoked.find((id) => !states.some(({ invoke }) => invoke.some((each) => each.id === id)))
  );
};
