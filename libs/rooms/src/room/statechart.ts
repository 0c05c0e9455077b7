import {
  createActor,
  type AnyActorRef,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  type ExecutableActionObject,
  type Snapshot,
} from 'xstate';
import type { Stamp } from '../log/entry.js';
import { deepFreeze } from './freeze.js';
import type {
  Applied,
  LogicEvent,
  LogicFactory,
  LogicOutput,
  LogicTimer,
  Outside,
  RoomLogic,
  StartInput,
} from './logic.js';
import { whyNotDurable } from './statechart-durable.js';
import { strayOf } from './statechart-stray.js';

/** A delayed event of the machine: XState's snapshots have no timers, so ours keep them. */
interface Delayed extends LogicTimer {
  readonly event: EventObject;
}

interface State {
  readonly snapshot: AnyMachineSnapshot;
  readonly timers: readonly Delayed[];
}

interface Saved {
  readonly snapshot: unknown;
  readonly timers: readonly Delayed[];
}

export interface StatechartOptions {
  /** Freeze the context, so that changing it in place throws where it is done. @default false */
  readonly freeze?: boolean;
}

/** The deadlines of a state on the way to the next, which most steps leave as they are. */
class Timers {
  #changed: Map<string, Delayed> | undefined;

  constructor(private readonly before: readonly Delayed[]) {}

  get list(): readonly Delayed[] {
    return this.#changed === undefined ? this.before : [...this.#changed.values()];
  }

  add(delayed: Delayed): void {
    this.#change().set(delayed.id, delayed);
  }

  cancel(id: string): void {
    this.#change().delete(id);
  }

  #change(): Map<string, Delayed> {
    return (this.#changed ??= new Map(this.before.map((timer) => [timer.id, timer])));
  }
}

/** A cycle of transitions ends with an error after so many steps instead of hanging the process. */
const MAX_ITERATIONS = 1000;

const bounded = (machine: AnyStateMachine): AnyStateMachine => {
  const own = machine.provide({});
  const limit = machine.options.maxIterations;
  own.options = {
    ...machine.options,
    maxIterations: limit === Infinity || limit === undefined ? MAX_ITERATIONS : limit,
  };
  return own;
};

interface OutsideEvent extends EventObject {
  readonly error?: unknown;
  readonly snapshot?: unknown;
}

/** What arrives from outside goes into the log: of an error its name and message, of a child's snapshot what is data. */
const plain = (event: OutsideEvent): OutsideEvent => {
  const { error, snapshot } = event;
  if (error instanceof Error) return { ...event, error: { name: error.name, message: error.message } };
  if (typeof snapshot !== 'object' || snapshot === null) return event;
  const { status, output, value, context } = snapshot as Readonly<Record<string, unknown>>;
  return { ...event, snapshot: { status, output, value, context } };
};

const childrenOf = (snapshot: AnyMachineSnapshot): [string, AnyActorRef][] =>
  Object.entries<AnyActorRef>(snapshot.children);

/**
 * Runs an XState machine as a room's logic, and is the only file that knows XState's inside.
 *
 * The machine's own `transition` is called with a scope of ours, so nothing happens when an action is met: emitted
 * events become outputs, delayed events become deadlines kept beside the snapshot, and all other actions become effects
 * that wait for the commit. A bare shell actor is the `self` of the machine; whatever children send it is handed to the
 * room as an input.
 */
class Statechart implements RoomLogic<State> {
  readonly mutable = false;
  readonly #scope: AnyActorScope;
  /** As the scope, and nothing happens in it: what a step would do is noted. */
  readonly #gate: AnyActorScope;
  #actions: ExecutableActionObject[] = [];
  #deferred: (() => void)[] = [];
  readonly #shell: AnyActorRef;
  /**
   * Children as the log knows them: as they were before they ran until their report has been applied. What they are by
   * themselves may be ahead of it, or, in a replay, behind.
   */
  readonly #children = new WeakMap<AnyActorRef, { readonly status: string }>();
  #current: AnyMachineSnapshot | undefined;

  constructor(
    private readonly machine: AnyStateMachine,
    private readonly options: StatechartOptions,
    outside: Outside,
    address: string,
  ) {
    let scope: AnyActorScope | undefined;
    const idle: Snapshot<unknown> = { status: 'active', output: undefined, error: undefined };
    const shell = createActor(
      {
        getInitialSnapshot: (given: AnyActorScope) => {
          scope = given;
          return idle;
        },
        transition: (snapshot: Snapshot<unknown>, event: EventObject) => {
          outside.deliver(plain(event));
          return snapshot;
        },
        getPersistedSnapshot: (snapshot: Snapshot<unknown>) => snapshot,
      },
      { id: address, logger: (...message: unknown[]) => outside.report('log', message) },
    );
    if (scope === undefined) throw new Error('XState did not ask for the initial snapshot of an actor.');
    this.#scope = scope;
    this.#gate = {
      ...scope,
      actionExecutor: (action) => void this.#actions.push(action),
      defer: (later) => void this.#deferred.push(later),
      emit: () => {},
    };
    // Actions that look at `self.getSnapshot()` mean the machine, not its shell.
    this.#shell = Object.assign(shell, { getSnapshot: () => this.#current ?? idle });
    shell.start();
  }

  start({ address, params, at, id, seed }: StartInput): Applied<State> {
    const input = { address, params, at, id, seed };
    return this.#step([], (scope) => this.machine.getInitialSnapshot(scope, input), at, id);
  }

  apply(state: State, event: LogicEvent): Applied<State> {
    const applied = this.#step(
      state.timers,
      (scope) => this.machine.transition(state.snapshot, event, scope),
      event.at,
      event.id,
    );
    const changed = applied.state.snapshot !== state.snapshot || applied.outputs.length + applied.effects.length > 0;
    // A transition without actions leaves the same snapshot as no transition at all; only the machine can tell.
    const taken = changed || this.machine.getTransitionData(state.snapshot, event).length > 0;
    if (event.type.startsWith('xstate.')) this.#noteReport(state.snapshot, event);
    return taken ? applied : { ...applied, taken };
  }

  save({ snapshot, timers }: State): Saved {
    const persisted = this.machine.getPersistedSnapshot(snapshot) as unknown as { children: Record<string, object> };
    const children = Object.fromEntries(
      childrenOf(snapshot).map(([id, child]) => [
        id,
        { ...persisted.children[id], snapshot: this.#children.get(child) },
      ]),
    );
    return { snapshot: { ...persisted, children }, timers };
  }

  load(saved: unknown): State {
    const { snapshot, timers } = saved as Saved;
    const restored = this.machine.restoreSnapshot(snapshot as Snapshot<unknown>, this.#scope) as AnyMachineSnapshot;
    const delayed = timers.map(({ event }) => event.type);
    const stray = strayOf(this.machine, { delayed, children: childrenOf(restored).map(([id]) => id) });
    if (stray !== undefined) throw new Error(`The machine has no ${stray}, which the saved state waits for.`);
    return { snapshot: this.#settle(restored), timers };
  }

  nextTimer({ timers }: State): LogicTimer | undefined {
    let next: LogicTimer | undefined;
    for (const timer of timers) if (next === undefined || timer.due < next.due) next = timer;
    return next;
  }

  fire(state: State, timer: string, stamp: Stamp): Applied<State> {
    const delayed = state.timers.find(({ id }) => id === timer);
    const left = this.spend(state, timer);
    if (delayed === undefined) return { state: left, taken: false, outputs: [], effects: [], done: false };
    return this.apply(left, { ...delayed.event, ...stamp, type: delayed.event.type });
  }

  spend(state: State, timer: string): State {
    return { ...state, timers: state.timers.filter(({ id }) => id !== timer) };
  }

  expose({ snapshot }: State): AnyMachineSnapshot {
    return snapshot;
  }

  freeze({ snapshot }: State): void {
    if (this.options.freeze === true) deepFreeze(snapshot.context);
  }

  resume({ snapshot }: State): void {
    this.#current = snapshot;
    for (const [, child] of childrenOf(snapshot)) if (this.#isUnderWay(child)) child.start();
  }

  stop({ snapshot }: State): void {
    for (const [, child] of childrenOf(snapshot)) this.#scope.stopChild(child);
    this.#shell.stop();
  }

  isBusy({ snapshot }: State): boolean {
    return childrenOf(snapshot).some(([, child]) => this.#isUnderWay(child));
  }

  #isUnderWay(child: AnyActorRef): boolean {
    return this.#children.get(child)?.status === 'active';
  }

  #noteReport(snapshot: AnyMachineSnapshot, { type, output, error }: LogicEvent): void {
    const [, status, id] = /^xstate\.(done|error)\.actor\.(.*)$/s.exec(type) ?? [];
    const child: AnyActorRef | undefined = childrenOf(snapshot).find(([each]) => each === id)?.[1];
    const report = { status: status ?? '', output, error };
    if (child !== undefined) this.#children.set(child, report);
  }

  /** One macrostep, of which nothing has happened yet. */
  #step(timers: readonly Delayed[], run: (scope: AnyActorScope) => unknown, at: number, id: string): Applied<State> {
    const actions: ExecutableActionObject[] = (this.#actions = []);
    const deferred: (() => void)[] = (this.#deferred = []);
    const snapshot = run(this.#gate) as AnyMachineSnapshot;
    if (snapshot.status === 'error') throw snapshot.error;
    const kept = new Timers(timers);
    const outputs: LogicOutput[] = [];
    const pending: (() => void)[] = [];
    actions.forEach((action, index) => {
      if (action.type === 'xstate.emit') {
        outputs.push((action.params as { event: LogicOutput }).event);
        return;
      }
      const delayed = this.#delayed(action, at, `${id}.${index}`);
      if (delayed !== undefined) kept.add(delayed);
      else if (action.type === 'xstate.cancel') kept.cancel((action.params as { sendId: string }).sendId);
      else if (action.type !== 'xstate.raise') pending.push(() => action.exec?.(action.info, action.params));
    });
    const state = { snapshot: this.#settle(snapshot), timers: kept.list };
    // Actions look at `self` and see the state they belong to. XState puts off starting, stopping and telling children
    // until all of a step's actions have run.
    const begin = () => void (this.#current = snapshot);
    const finish = () => deferred.forEach((later) => later());
    const effects = pending.length + deferred.length === 0 ? [] : [begin, ...pending, finish];
    return { state, taken: true, outputs, effects, done: snapshot.status === 'done' };
  }

  /** A delayed `raise`, an `after`, or a `sendTo` the machine itself: a deadline, kept in the log with the state. */
  #delayed({ type, params }: ExecutableActionObject, at: number, fallbackId: string): Delayed | undefined {
    if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return undefined;
    const { event, id, delay, to } = params as { event: EventObject; id?: string; delay?: number; to?: unknown };
    if (type === 'xstate.raise' && delay === undefined) return undefined;
    if (type === 'xstate.sendTo' && to !== this.#shell) return undefined;
    const due = at + (delay ?? 0);
    if (Number.isNaN(due)) throw new TypeError(`The delay of ${event.type} is no number.`);
    return { id: id ?? fallbackId, due, event };
  }

  #settle(snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
    for (const [, child] of childrenOf(snapshot)) {
      if (!this.#children.has(child)) this.#children.set(child, child.getSnapshot() as { status: string });
    }
    return snapshot;
  }
}

/** The logic of rooms that run this machine: any XState v5 machine whose types come from `roomTypes`. */
export const statechart = (machine: AnyStateMachine, options: StatechartOptions = {}): LogicFactory => {
  const own = bounded(machine);
  return {
    create: (outside, address) => new Statechart(own, options, outside, address),
    whyNotDurable: () => whyNotDurable(own),
  };
};
