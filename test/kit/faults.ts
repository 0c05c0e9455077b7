import { runInThisContext } from 'node:vm';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** What nobody in this process has caught. Jest hands specs a copy of `process` that hears of nothing: this is the real one. */
export class Faults {
  readonly all: unknown[] = [];
  readonly #process = runInThisContext('process') as NodeJS.Process;
  readonly #note = (fault: unknown): void => void this.all.push(fault);

  constructor() {
    for (const event of EVENTS) this.#process.on(event, this.#note);
  }

  end(): void {
    for (const event of EVENTS) this.#process.off(event, this.#note);
  }
}
