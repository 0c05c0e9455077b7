import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

/** Whether this process takes traffic. */
export interface Readiness {
  isReady(): boolean;
}

/** Where the health routes get their {@link Readiness}. */
export const READINESS = Symbol('READINESS');

/** Ready from the end of start-up until the process is asked to stop. */
@Injectable()
export class AppReadiness implements Readiness, OnApplicationBootstrap, BeforeApplicationShutdown {
  #ready = false;

  isReady(): boolean {
    return this.#ready;
  }

  onApplicationBootstrap(): void {
    this.#ready = true;
  }

  beforeApplicationShutdown(): void {
    this.#ready = false;
  }
}
