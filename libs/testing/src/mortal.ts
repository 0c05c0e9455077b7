import type { Clock, RoomStore, Timer } from '@greenroom/rooms';

/** A process that can be killed: from then on its timers are silent and its store never answers. */
export class Mortality {
  #isDead = false;

  kill(): void {
    this.#isDead = true;
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      after: (delayMs: number, run: () => void): Timer =>
        clock.after(delayMs, () => (this.#isDead ? undefined : run())),
      cancel: (timer: Timer) => clock.cancel(timer),
      soon: (run: () => void) => clock.soon(() => (this.#isDead ? undefined : run())),
    };
  }

  store(store: RoomStore): RoomStore {
    const never = new Promise<never>(() => {});
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (this.#isDead) return never;
          const result: unknown = Reflect.apply(member, target, args);
          return Promise.resolve(result).then((value) => (this.#isDead ? never : value));
        };
      },
    });
  }
}
