import type { AnyStateMachine } from 'xstate';

/** Node ids of a machine's states that invoke something, with what they invoke. */
const invocations = (machine: AnyStateMachine): { state: string; src: string }[] => {
  const found: { state: string; src: string }[] = [];
  const queue = [machine.root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const { src } of node.invoke) found.push({ state: node.id, src: src as string });
    queue.push(...Object.values(node.states));
  }
  return found;
};

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
  for (const { state, src } of invocations(machine)) {
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
