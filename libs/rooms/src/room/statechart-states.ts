import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** All states of a machine, however deep. */
export const statesOf = (machine: AnyStateMachine): readonly AnyStateNode[] => {
  const found: AnyStateNode[] = [machine.root];
  for (const node of found) found.push(...Object.values(node.states));
  return found;
};
