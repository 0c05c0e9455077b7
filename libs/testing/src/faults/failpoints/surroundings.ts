import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Timer } from '@greenroom/rooms';

/**
 * Why a room is saved. The store's port does not say: saving is the same call for a room in use, one that is unloaded and
 * one that the end of the process finds. What unloads a room is a timer of just its rest, so what is saved in the course
 * of such a timer is saved for that.
 */
export class Surroundings {
  isDraining = false;
  readonly #timer = new AsyncLocalStorage<'rest'>();

  constructor(private readonly restMs: readonly number[]) {}

  get why(): 'during-snapshot' | 'during-passivation' | 'during-drain' {
    if (this.isDraining) return 'during-drain';
    return this.#timer.getStore() === 'rest' ? 'during-passivation' : 'during-snapshot';
  }

  /** A clock by whose timers it is told. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      after: (delayMs: number, run: () => void): Timer =>
        clock.after(delayMs, () =>
          this.restMs.includes(delayMs) ? this.#timer.run('rest', run) : this.#timer.exit(run),
        ),
      cancel: (timer: Timer) => clock.cancel(timer),
      soon: (run: () => void) => clock.soon(run),
    };
  }
}
