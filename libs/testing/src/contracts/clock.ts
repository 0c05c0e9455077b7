import type { Clock } from '@greenroom/rooms';
import { holds, render, same, type Check } from './check.js';

/** A clock, and a way to let time pass on it. */
export interface ClockHarness {
  readonly clock: Clock;
  /** Lets at least `ms` milliseconds pass on the clock, and what came due run. */
  readonly advance: (ms: number) => Promise<void>;
  /** Ends what the harness has begun. */
  readonly close?: () => Promise<void>;
}

/** The unit of the checks, milliseconds: small, because a real clock is waited for. */
const TICK = 20;
/** What two looks at a real clock may differ by, and timers that it starts, milliseconds. */
const NEAR = 5;

export const clockChecks: readonly Check<ClockHarness>[] = [
  {
    title: 'time goes on by what passes',
    async run({ clock, advance }) {
      const before = clock.now();
      await advance(TICK);
      const passed = clock.now() - before;
      // A busy machine wakes nobody on time; a clock of another unit is out by more than it is.
      holds(passed >= TICK - 1 && passed < TICK * 500, `${passed} ms passed instead of ${TICK}`);
    },
  },
  {
    title: 'a timer runs once, not before its time, and never within the call that made it',
    async run({ clock, advance }) {
      const ran: number[] = [];
      const before = clock.now();
      const timer = clock.after(3 * TICK, () => ran.push(clock.now()));
      same(ran, [], 'ran within the call');
      const earliest = before + 3 * TICK;
      const latest = clock.now() + 3 * TICK;
      holds(timer.due >= earliest - NEAR && timer.due <= latest + NEAR, 'the timer does not say when it is due');
      await advance(TICK);
      await advance(3 * TICK);
      await advance(5 * TICK);
      same(ran.length, 1, 'runs');
      holds((ran[0] ?? 0) >= timer.due - NEAR, 'it ran before its time');
    },
  },
  {
    title: 'timers run in the order of their due times, also those that a timer starts',
    async run({ clock, advance }) {
      const order: { readonly name: string; readonly due: number }[] = [];
      const note = (name: string, delayMs: number, then = (): void => {}): void => {
        const { due } = clock.after(delayMs, () => {
          order.push({ name, due });
          then();
        });
      };
      note('last', 6 * TICK);
      note('first', TICK, () => note('second', 2 * TICK));
      // On a real clock the first may be so late that the second is due after the last.
      for (let waited = 0; order.length < 3 && waited < 500; waited += 8) await advance(8 * TICK);
      same(order.map(({ name }) => name).sort(), ['first', 'last', 'second'], 'what ran');
      const tooEarly = order.filter(({ due }, i) => due > (order[i + 1]?.due ?? Infinity) + NEAR);
      same(tooEarly, [], `ran before what was due earlier, of ${render(order)}`);
    },
  },
  {
    title: 'a delay of zero or less runs at once, but not within the call',
    async run({ clock, advance }) {
      const order: string[] = [];
      clock.after(0, () => order.push('zero'));
      clock.after(-5000, () => order.push('negative'));
      order.push('called');
      await advance(TICK);
      same([order[0], [...order].sort()], ['called', ['called', 'negative', 'zero']], 'what ran');
    },
  },
  {
    title: 'a cancelled timer never runs; cancelling it again, or one that has run, is nothing',
    async run({ clock, advance }) {
      const ran: string[] = [];
      const cancelled = clock.after(TICK, () => ran.push('cancelled'));
      const done = clock.after(TICK, () => ran.push('done'));
      clock.cancel(cancelled);
      clock.cancel(cancelled);
      await advance(3 * TICK);
      clock.cancel(done);
      clock.cancel({ due: 1 });
      await advance(TICK);
      same(ran, ['done'], 'what ran');
    },
  },
  {
    title:
      'what is to run soon runs once, not within the call, behind the promise jobs that wait, in the order of the calls',
    async run({ clock, advance }) {
      const order: string[] = [];
      void Promise.resolve().then(() => order.push('a job'));
      clock.soon(() => order.push('soon'));
      clock.soon(() => order.push('later'));
      order.push('called');
      await advance(1);
      same(order, ['called', 'a job', 'soon', 'later'], 'what ran');
    },
  },
  {
    title: 'a delay longer than Node can count neither runs at once nor is forgotten',
    async run({ clock, advance }) {
      let ran = false;
      const timer = clock.after(2 ** 31 + 5000, () => (ran = true));
      await advance(2 * TICK);
      holds(!ran, 'it ran at once');
      holds(timer.due > clock.now() + 2 ** 31, 'it is due too early');
      clock.cancel(timer);
    },
  },
];
