import type { AnyStateMachine } from 'xstate';
import { statesOf } from './statechart-states.js';

/** Node ids of a machine's states that invoke something, with what they invoke. */
interface Invocation {
  readonly state: string;
  readonly src: string;
  readonly systemId: string | undefined;
}

const invocations = (machine: AnyStateMachine): Invocation[] =>
  statesOf(machine).flatMap(({ id, invoke }) =>
    invoke.map(({ src, systemId }) => ({ state: id, src: src as string, systemId })),
  );

/** An actor logic says what it is by what it answers: only a promise's ends when told that it is resolved. */
const isPromise = (logic: unknown): boolean => {
  if (typeof logic !== 'object' || logic === null || !('transition' in logic) || 'root' in logic) return false;
  const { transition } = logic as { transition: (snapshot: unknown, event: unknown, scope: unknown) => unknown };
  try {
    const before = { status: 'active', output: undefined, error: undefined, input: undefined };
    const after = transition(before, { type: 'xstate.promise.resolve', data: undefined }, {});
    return typeof after === 'object' && after !== null && 'status' in after && after.status === 'done';
  } catch {
    return false;
  }
};

/**
 * Why a machine's snapshots could not be restored. Promises may be invoked: their results are logged inputs, and those
 * under way run again. Callbacks, observables and child machines have a life of their own that no snapshot holds.
 */
export const whyNotDurable = (machine: AnyStateMachine): string | undefined => {
  for (const { state, src, systemId } of invocations(machine)) {
    // In a replay no child starts or ends, and XState would find the name taken.
    if (systemId !== undefined) return `state ${state} invokes ${src} under the systemId ${systemId}`;
    // The machine's own generated name stands for an inline actor.
    const inline = src.startsWith('xstate.invoke.')
      ? machine.root.machine.getStateNodeById(state).invoke.find((each) => each.src === src)
      : undefined;
    const logic: unknown = machine.implementations.actors[src];
    if (inline !== undefined && logic === undefined)
      return `state ${state} invokes an unnamed actor; name it in setup({ actors })`;
    if (!isPromise(logic))
      return `state ${state} invokes ${src}, which is not a promise: only promises can be run again after a restart`;
  }
  return undefined;
};
