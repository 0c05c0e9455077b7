import type { Socket } from 'node:net';
import type { Dice } from '../dice.js';
import { CLEAR, type Conditions, type Cut } from './conditions.js';
import { Pipe } from './pipe.js';
import { reset } from './reset.js';

/** One connection through the proxy. */
export class Link {
  readonly #up: Pipe;
  readonly #down: Pipe;
  #own: Partial<Conditions> = {};
  #isHalfOpen = false;
  #open = 2;

  constructor(
    /** Counts up from 1, in the order of connecting. */
    readonly id: number,
    private readonly client: Socket,
    private readonly server: Socket,
    shared: () => Partial<Conditions>,
    dice: Dice,
    gone: (link: Link) => void,
  ) {
    const conditions = (): Conditions => ({ ...CLEAR, ...shared(), ...this.#own });
    this.#up = new Pipe(client, server, conditions, dice);
    this.#down = new Pipe(server, client, conditions, dice);
    for (const [side, other] of [
      [client, server],
      [server, client],
    ] as const) {
      side.setNoDelay(true);
      side.on('error', () => {});
      side.on('close', (hadError) => {
        // Half-open: the other side is not told.
        if (hadError && !this.#isHalfOpen) reset(other);
        this.#open -= 1;
        if (this.#open === 0) {
          this.#up.stop();
          this.#down.stop();
          gone(this);
        }
      });
    }
  }

  get isHalfOpen(): boolean {
    return this.#isHalfOpen;
  }

  /** Bytes that arrived, from the client and from the server. */
  get passed(): { readonly up: number; readonly down: number } {
    return { up: this.#up.passed, down: this.#down.passed };
  }

  /** Conditions of its own, over those of the whole proxy. `{}`: none. */
  set(conditions: Partial<Conditions>): void {
    this.#own = conditions;
  }

  cut(how: Cut): void {
    if (how === 'finish') {
      this.#up.end();
      this.#down.end();
      return;
    }
    this.#up.stop();
    this.#down.stop();
    reset(this.client);
    reset(this.server);
  }

  /** Bytes of both directions vanish, and neither side hears of the other's end: as behind a router that lost its table. */
  halfOpen(): void {
    this.#isHalfOpen = true;
    this.#up.vanish();
    this.#down.vanish();
  }
}
