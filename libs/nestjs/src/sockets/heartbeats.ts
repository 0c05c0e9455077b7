import type { Clock, Timer } from '@greenroom/rooms';

/** Pings a peer from time to time, and ends it when it then stays silent. */
export class Heartbeat {
  #timer: Timer | undefined;
  #asked = false;

  constructor(
    private readonly clock: Clock,
    private readonly times: { readonly everyMs: number; readonly timeoutMs: number },
    private readonly ping: () => void,
    private readonly dead: () => void,
  ) {
    this.#wait();
  }

  /** The peer was heard. */
  heard(): void {
    if (!this.#asked) return;
    this.#asked = false;
    this.stop();
    this.#wait();
  }

  stop(): void {
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
  }

  #wait(): void {
    this.#timer = this.clock.after(this.times.everyMs, () => {
      this.#asked = true;
      this.#timer = this.clock.after(this.times.timeoutMs, this.dead);
      this.ping();
    });
  }
}
