import { Injectable } from '@nestjs/common';

type Phase = 'starting' | 'ready' | 'draining' | 'stopped';

/** Whether this process should get traffic, and whether it is worth keeping: for `/readyz` and `/healthz`. */
@Injectable()
export class RoomsHealth {
  #phase: Phase = 'starting';

  /** `starting`, `ready`, `draining` or `stopped`. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Takes traffic: the rooms are up, and nobody has asked the process to end. */
  isReady(): boolean {
    return this.#phase === 'ready';
  }

  /** Works, or is on its way up or down in good order. */
  isAlive(): boolean {
    return this.#phase !== 'stopped';
  }

  /** Called by the module as the app starts and ends. */
  enter(phase: Phase): void {
    this.#phase = phase;
  }
}
