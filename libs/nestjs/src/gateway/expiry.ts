import type { Clock, Timer } from '@greenroom/rooms';

/** Runs something when a token ends, however often the end is put off. */
export class Expiry {
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly run: () => void,
  ) {}

  /** `undefined`: never. */
  set(expiresAt: number | undefined): void {
    this.cancel();
    if (expiresAt !== undefined) this.#timer = this.clock.after(expiresAt - this.clock.now(), this.run);
  }

  cancel(): void {
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
    this.#timer = undefined;
  }
}
