import { SILENT_MS } from './settings.js';

const PULSE_MS = 1000;

/**
 * Finds out that nobody answers by a connection that has not ended: what forgets one on the way tells neither side, and kernels take a
 * quarter of an hour over it.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #askedAt: number | undefined;

  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly cut: () => void,
  ) {
    this.#timer = setInterval(() => this.#beat(), PULSE_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#askedAt === undefined) void this.#ask();
    // After a long stop of the process the answer may be there, and not have been read.
    else if (performance.now() - this.#askedAt > SILENT_MS) setImmediate(() => this.#look());
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now();
    // What is lost, or not there yet, says so itself.
    await this.ask().catch(() => undefined);
    this.#askedAt = undefined;
  }

  #look(): void {
    if (this.#askedAt !== undefined) this.cut();
  }
}
