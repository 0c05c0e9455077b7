import { Injectable } from '@nestjs/common';

type Phase = 'starting' | 'ready' | 'draining' | 'stopped';

/** Whether this process should get traffic, and whether it is worth keeping: for `/readyz` and `/healthz`. */
@Injectable()
export class RoomsHealth {
  #phase: Phase = 'starting';
  #isStoreWell = (): boolean => true;
  #isConnected = (): boolean => true;

  /** `starting`, `ready`, `draining` or `stopped`. */
  get phase(): Phase {
    return this.#phase;
  }

  /** The store takes writes, as far as one knows. When it does not, rooms answer UNAVAILABLE until it does again. */
  isStoreWell(): boolean {
    return this.#isStoreWell();
  }

  /** The nodes count on this one, as far as it knows. When they do not, no room can be reached from here. Always so of one node alone. */
  isConnected(): boolean {
    return this.#isConnected();
  }

  /** Takes traffic: the rooms are up, the store takes writes, the other nodes are there, and nobody has asked the process to end. */
  isReady(): boolean {
    return this.#phase === 'ready' && this.isStoreWell() && this.isConnected();
  }

  /** Works, or is on its way up or down in good order. */
  isAlive(): boolean {
    return this.#phase !== 'stopped';
  }

  /** Called by the module. */
  watch(isStoreWell: () => boolean, isConnected = (): boolean => true): void {
    this.#isStoreWell = isStoreWell;
    this.#isConnected = isConnected;
  }

  /** Called by the module as the app starts and ends. */
  enter(phase: Phase): void {
    this.#phase = phase;
  }
}
