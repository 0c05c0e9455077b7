import { seededIds, type VirtualClock } from '@greenroom/testing';
import type { Environment } from './environment.js';

/** Where a client runs: time that passes when the test says so, chance from a seed, a network that comes and goes. */
export class VirtualEnvironment implements Environment {
  /** What listeners of the application threw. */
  readonly reported: unknown[] = [];
  /** Timers that are still to come: none, when nothing leaks. */
  readonly timers = new Set<object>();
  /** What chance is for now, instead of what the seed makes of it. */
  luck: number | undefined;
  readonly #watching = new Set<{ readonly online: () => void; readonly offline: () => void }>();
  readonly #ids: ReturnType<typeof seededIds>;

  constructor(
    readonly clock: VirtualClock,
    seed = 1,
    /** How much this machine's clock is ahead of the server's, milliseconds. */
    public aheadMs = 0,
  ) {
    this.#ids = seededIds(seed);
  }

  now(): number {
    return this.clock.now() + this.aheadMs;
  }

  /** In whole milliseconds, as hosts have them. */
  after(delayMs: number, run: () => void): () => void {
    const timer = this.clock.after(Math.ceil(delayMs), () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
      this.clock.cancel(timer);
    };
  }

  /** @default from the seed */
  random(): number {
    return this.luck ?? this.#ids.seed() / 2 ** 32;
  }

  uniqueId(): string {
    return this.#ids.unique().replace('-', 'x');
  }

  watchNetwork(online: () => void, offline: () => void): () => void {
    const watcher = { online, offline };
    this.#watching.add(watcher);
    return () => void this.#watching.delete(watcher);
  }

  report(error: unknown): void {
    this.reported.push(error);
  }

  get isWatched(): boolean {
    return this.#watching.size > 0;
  }

  online(): void {
    for (const watcher of this.#watching) watcher.online();
  }

  offline(): void {
    for (const watcher of this.#watching) watcher.offline();
  }
}
