import type { Environment } from '../environment.js';

/** How often the server lets a connection ask: `burst` at once, `perSecond` in the long run. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** Of what the server allows. The rest is for what it counts otherwise than we do, a stalled network above all. */
const SHARE = 0.9;

/** Lets things happen in order, no faster than the server takes them: what it would refuse would be overtaken. */
export class Pacer {
  #waiting: (() => void)[] = [];
  #pace: Pace | undefined;
  #tokens = 0;
  #filledAt = 0;
  #cancel: (() => void) | undefined;

  constructor(private readonly environment: Environment) {}

  /** From now on, with a full burst. `undefined`: as fast as asked. */
  start(pace: Pace | undefined): void {
    this.#pace = pace && { perSecond: pace.perSecond * SHARE, burst: Math.max(1, pace.burst * SHARE) };
    this.#tokens = this.#pace?.burst ?? 0;
    this.#filledAt = this.environment.now();
  }

  run(action: () => void): void {
    this.#waiting.push(action);
    if (this.#cancel === undefined) this.#go();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#waiting = [];
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pace = undefined;
  }

  #go(): void {
    this.#cancel = undefined;
    for (let waitMs = this.#take(); this.#waiting.length > 0; waitMs = this.#take()) {
      if (waitMs > 0) {
        this.#cancel = this.environment.after(waitMs, () => this.#go());
        return;
      }
      this.#waiting.shift()?.();
    }
  }

  /** Takes one of what is allowed, when somebody waits for it. `0`, or milliseconds until there is one. */
  #take(): number {
    if (this.#pace === undefined || this.#waiting.length === 0) return 0;
    const { perSecond, burst } = this.#pace;
    const now = this.environment.now();
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1000) / perSecond);
    this.#tokens -= 1;
    return 0;
  }
}
