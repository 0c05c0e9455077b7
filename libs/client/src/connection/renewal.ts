import type { Environment } from '../environment.js';
import { backoffMs } from './backoff.js';

/** How long before its end a token is replaced: a third of what is left, a minute at most. */
const SHARE = 1 / 3;
const LONGEST_LEAD_MS = 60_000;
/**
 * A refused or missing token is asked for again until the old one has ended: then the link ends too. The first is also
 * the least there is between two, whatever clocks and tokens say.
 */
const RETRY = { firstMs: 500, longestMs: 10_000 };

/** The server's answer to a new token: when it ends (never: `undefined`). */
type Renewed = (expiresAt: number | undefined | 'refused') => void;

/** Has a new token before the old one ends, so that nobody notices. */
export class Renewal {
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #attempt = 0;

  constructor(
    private readonly environment: Environment,
    /** How much the server's clock is ahead of ours, milliseconds. */
    private readonly aheadMs: number,
    private readonly token: () => Promise<string>,
    private readonly present: (token: string, renewed: Renewed) => void,
  ) {}

  /** `expiresAt`: milliseconds since 1970, by the server's clock. */
  schedule(expiresAt: number | undefined): void {
    this.#attempt = 0;
    if (expiresAt === undefined) return;
    const leftMs = expiresAt - this.aheadMs - this.environment.now();
    this.#wait(Math.max(RETRY.firstMs, leftMs - Math.min(leftMs * SHARE, LONGEST_LEAD_MS)));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #wait(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.environment.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    let token: string;
    try {
      token = await this.token();
    } catch {
      return this.#again();
    }
    if (this.#isStopped) return;
    this.present(token, (expiresAt) => {
      if (expiresAt === 'refused') this.#again();
      else this.schedule(expiresAt);
    });
  }

  #again(): void {
    this.#attempt += 1;
    this.#wait(RETRY.firstMs / 2 + backoffMs(this.#attempt, RETRY, () => this.environment.random()));
  }
}
