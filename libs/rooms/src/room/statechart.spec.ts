import { describe, expect, it } from '@jest/globals';
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  fromPromise,
  raise,
  sendTo,
  setup,
} from 'xstate';
import type { LogicEvent, Outside } from './logic.js';
import { statechart } from './statechart.js';

const outside = () => {
  const delivered: { type: string }[] = [];
  const port: Outside = { deliver: (event) => void delivered.push(event), report: () => {} };
  return { delivered, port };
};
const stamp = (n: number) => ({ at: n, id: `i${n}`, seed: n });
const event = (type: string, n = 1, more: object = {}): LogicEvent => ({ ...more, type, ...stamp(n) });
const start = { address: 'test/a', params: { topic: 't' }, ...stamp(0) };
const settle = () => new Promise((resolve) => setImmediate(resolve));

const chart = (machine: Parameters<typeof statechart>[0], freeze = true) => {
  const world = outside();
  const logic = statechart(machine, { freeze }).create(world.port, 'test/a');
  const { state } = logic.start(start);
  return { ...world, logic, state };
};
const context = (logic: { expose(s: unknown): unknown }, state: unknown) =>
  (logic.expose(state) as { context: Record<string, unknown> }).context;

describe('a statechart as room logic', () => {
  it('tells a transition that does nothing from no transition', () => {
    const { logic, state } = chart(
      setup({ guards: { never: () => false } }).createMachine({
        context: { n: 0 },
        on: {
          emitOnly: { actions: emit({ type: 'e' }) },
          actionOnly: { actions: () => {} },
          noop: {},
          guarded: { guard: 'never', actions: () => {} },
        },
      }),
    );
    const taken = ['emitOnly', 'actionOnly', 'noop', 'guarded', 'unknown'].map(
      (type) => logic.apply(state, event(type)).taken,
    );
    expect(taken).toEqual([true, true, true, false, false]);
  });

  it('does nothing to the world while applying: actions, children and delays wait for the commit', async () => {
    const ran: string[] = [];
    const { logic, state, delivered } = chart(
      setup({ actors: { job: fromPromise(async () => ran.push('child')) } }).createMachine({
        context: { n: 0 },
        initial: 'a',
        states: {
          a: {
            on: {
              go: {
                target: 'b',
                actions: [emit({ type: 'e' }), () => ran.push('action'), raise({ type: 'late' }, { delay: 5 })],
              },
            },
          },
          b: { invoke: { src: 'job', id: 'job', onDone: 'a' } },
        },
      }),
    );
    const applied = logic.apply(state, event('go'));
    await settle();
    expect(ran).toEqual([]);
    expect(applied.outputs).toEqual([{ type: 'e' }]);
    for (const effect of applied.effects) effect();
    await settle();
    expect(ran).toEqual(['action', 'child']);
    expect(delivered).toMatchObject([{ type: 'xstate.done.actor.job', output: 2 }]);
    expect(logic.isBusy(applied.state)).toBe(true);
    const done = logic.apply(applied.state, { ...event('x', 2), ...delivered[0] });
    expect(logic.isBusy(done.state)).toBe(false);
  });

  it('leaves the state before a throw untouched, whatever threw', () => {
    const boom = () => {
      throw new Error('boom');
    };
    const { logic, state } = chart(
      createMachine({
        context: { n: 0 },
        on: {
          guard: { guard: boom },
          assign: { actions: [assign({ n: 5 }), assign(boom)] },
          emit: { actions: emit(boom) },
          mutate: {
            actions: ({ context }) => {
              context.n = 9;
            },
          },
        },
      }),
    );
    for (const type of ['guard', 'assign', 'emit']) expect(() => logic.apply(state, event(type))).toThrow('boom');
    const mutate = logic.apply(state, event('mutate'));
    logic.freeze?.(mutate.state);
    expect(() => mutate.effects.forEach((effect) => effect())).toThrow(TypeError);
    expect(context(logic, state)).toEqual({ n: 0 });
  });

  it('keeps delays as deadlines through save and load, and leaving the state cancels them', () => {
    const machine = createMachine({
      context: { rang: 0 },
      initial: 'armed',
      states: {
        armed: {
          after: {
            1000: { target: 'rung', actions: assign({ rang: ({ event: e }) => (e as { at?: number }).at ?? -1 }) },
          },
          on: { disarm: 'idle' },
        },
        rung: {},
        idle: {},
      },
    });
    const first = chart(machine);
    expect(first.logic.nextTimer(first.state)?.due).toBe(1000);
    const saved: unknown = JSON.parse(JSON.stringify(first.logic.save(first.state)));
    const second = chart(machine);
    const loaded = second.logic.load(saved);
    const timer = second.logic.nextTimer(loaded);
    expect(timer?.due).toBe(1000);
    const rung = second.logic.fire(loaded, timer?.id ?? '', stamp(1234));
    expect(context(second.logic, rung.state)).toEqual({ rang: 1234 });
    expect(second.logic.nextTimer(rung.state)).toBeUndefined();
    expect(second.logic.nextTimer(second.logic.apply(loaded, event('disarm')).state)).toBeUndefined();
  });

  it('delivers what a machine sends itself as a deadline of now, and forgets what it cancels', () => {
    const { logic, state } = chart(
      createMachine({
        on: {
          self: { actions: sendTo(({ self }) => self, { type: 'later' }) },
          arm: { actions: raise({ type: 'x' }, { delay: 50, id: 'x' }) },
          disarm: { actions: cancel('x') },
          later: {},
        },
      }),
    );
    const sent = logic.apply(state, event('self', 7));
    expect(logic.nextTimer(sent.state)).toMatchObject({ due: 7 });
    const armed = logic.apply(state, event('arm', 7));
    expect(logic.nextTimer(armed.state)).toMatchObject({ id: 'x', due: 57 });
    expect(logic.nextTimer(logic.apply(armed.state, event('disarm')).state)).toBeUndefined();
  });

  it('runs a promise under way again after a load, also when it had settled unheard', async () => {
    let runs = 0;
    const machine = setup({
      actors: { job: fromPromise(async ({ input }: { input: number }) => (runs += input)) },
    }).createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { invoke: { src: 'job', input: 3, onDone: 'a' } } },
    });
    const first = chart(machine);
    const going = first.logic.apply(first.state, event('go'));
    for (const effect of going.effects) effect();
    await settle();
    expect(first.delivered).toHaveLength(1);
    const second = chart(machine);
    const loaded = second.logic.load(JSON.parse(JSON.stringify(first.logic.save(going.state))));
    second.logic.resume(loaded);
    await settle();
    expect(runs).toBe(6);
    expect(second.delivered).toMatchObject([{ output: 6 }]);
  });

  it('does not run a promise again whose report was replayed, though its state was never left', async () => {
    let runs = 0;
    const machine = setup({ actors: { job: fromPromise(async () => ++runs) } }).createMachine({
      invoke: { src: 'job', id: 'job', onDone: { actions: emit({ type: 'told' }) } },
    });
    const { logic, state } = chart(machine);
    const replayed = logic.apply(state, event('xstate.done.actor.job', 5, { output: 1, actorId: 'job' }));
    expect(replayed.outputs).toEqual([{ type: 'told' }]);
    logic.resume(replayed.state);
    const second = chart(machine);
    second.logic.resume(second.logic.load(JSON.parse(JSON.stringify(logic.save(replayed.state)))));
    await settle();
    expect({ runs, busy: logic.isBusy(replayed.state) }).toEqual({ runs: 0, busy: false });
  });

  it('refuses a saved state whose timer or promise goes by a name that the machine does not have any more', async () => {
    const wait = (state: string, delay: number) =>
      setup({ actors: { job: fromPromise(() => new Promise(() => {})) } }).createMachine({
        id: 'm',
        initial: state,
        states: { [state]: { after: { [delay]: {} }, invoke: { src: 'job' } } },
      });
    const { logic, state } = chart(wait('a', 1000));
    const saved = JSON.stringify(logic.save(state));
    const load = (machine: ReturnType<typeof wait>, text: string) => () => chart(machine).logic.load(JSON.parse(text));
    expect(load(wait('a', 1000), saved)).not.toThrow();
    expect(load(wait('a', 2000), saved)).toThrow('The machine has no xstate.after.1000.m.a, which');
    const moved = saved.replace('"value":"a"', '"value":"b"');
    expect(load(wait('b', 1000), moved)).toThrow('The machine has no xstate.after.1000.m.a, which');
    const timed = moved.replaceAll('after.1000.m.a', 'after.1000.m.b');
    expect(load(wait('b', 1000), timed)).toThrow('The machine has no 0.m.a, which');
    expect(load(wait('b', 1000), timed.replaceAll('0.m.a', '0.m.b'))).not.toThrow();
  });

  it('hands in the failure of a promise as plain data, and throws when nothing handles it', async () => {
    const machine = setup({
      actors: {
        bad: fromPromise(async () => {
          throw new RangeError('no');
        }),
      },
    }).createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { invoke: { src: 'bad' } } } });
    const { logic, state, delivered } = chart(machine);
    const going = logic.apply(state, event('go'));
    for (const effect of going.effects) effect();
    await settle();
    expect(delivered).toMatchObject([{ error: { name: 'RangeError', message: 'no' } }]);
    expect(() => logic.apply(going.state, { ...event('x', 3), ...delivered[0] })).toThrow();
  });

  it('ends a cycle of transitions with an error', () => {
    const { logic, state } = chart(
      createMachine({
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
      }),
    );
    expect(() => logic.apply(state, event('go'))).toThrow(/Infinite loop/);
  });

  it('says when the machine has reached its end', () => {
    const { logic, state } = chart(
      createMachine({
        initial: 'a',
        states: { a: { on: { end: 'z' } }, z: { type: 'final', entry: emit({ type: 'bye' }) } },
      }),
    );
    expect(logic.apply(state, event('end'))).toMatchObject({ done: true, outputs: [{ type: 'bye' }] });
  });

  it('emits from enqueued actions in their order', () => {
    const { logic, state } = chart(
      createMachine({
        on: {
          go: {
            actions: enqueueActions(({ enqueue }) => {
              for (const n of [1, 2, 3]) enqueue.emit(() => ({ type: 'n', n }));
            }),
          },
        },
      }),
    );
    expect(logic.apply(state, event('go')).outputs.map((output) => output['n'])).toEqual([1, 2, 3]);
  });

  it('knows which machines cannot be restored', () => {
    const promise = fromPromise(async () => 1);
    const callback = fromCallback(() => {});
    const child = createMachine({});
    const invoking = (src: typeof promise | typeof callback | typeof child) =>
      statechart(
        setup({ actors: { src: src as typeof promise } }).createMachine({
          initial: 'a',
          states: { a: { invoke: { src: 'src' } } },
        }),
      ).whyNotDurable();
    expect(invoking(promise)).toBeUndefined();
    expect(invoking(callback)).toMatch(/not a promise/);
    expect(invoking(child)).toMatch(/not a promise/);
    expect(statechart(createMachine({ invoke: { src: promise } })).whyNotDurable()).toMatch(/unnamed|not a promise/);
  });
});
