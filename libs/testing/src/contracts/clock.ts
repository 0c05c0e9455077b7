import type { Clock } from '@greenroom/rooms';
import { holds, same, type Check } from './check.js';

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

export const clockChecks: readonly Check<ClockHarness>[] = [
  {
    title: 'time goes on by what passes',
    async run({ clock, advance }) {
      const before = clock.now();
      await advance(TICK);
      const passed = clock.now() - before;
      holds(passed >= TICK - 1 && passed < TICK + 1000, `${passed} ms passed instead of ${TICK}`);
    },
  },
  {
    title: 'a timer runs once, not before its time, and never within the call that made it',
    async run({ clock, advance }) {
      let ran = 0;
      const timer = clock.after(3 * TICK, () => (ran += 1));
      holds(Math.abs(timer.due - clock.now() - 3 * TICK) <= 5, 'the timer does not say when it is due');
      await advance(TICK);
      same(ran, 0, 'runs before its time');
      await advance(3 * TICK);
      await advance(5 * TICK);
      same(ran, 1, 'runs');
    },
  },
  {
    title: 'timers run in the order of their due times, also those that a timer starts',
    async run({ clock, advance }) {
      const order: string[] = [];
      clock.after(6 * TICK, () => order.push('last'));
      clock.after(TICK, () => {
        order.push('first');
        clock.after(2 * TICK, () => order.push('second'));
      });
      await advance(8 * TICK);
      same(order, ['first', 'second', 'last'], 'the order');
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
