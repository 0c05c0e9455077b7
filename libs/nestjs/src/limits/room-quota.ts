import type { Clock } from '@greenroom/rooms';
import { TokenBucket } from './token-bucket.js';

const HOUR_SECONDS = 3600;

/** How many rooms each user may still make. Users who have not made one for an hour are forgotten. */
export class RoomQuota {
  readonly #buckets = new Map<string, { readonly bucket: TokenBucket; usedAt: number }>();

  constructor(
    private readonly perHour: number,
    private readonly clock: Clock,
  ) {}

  mayMake(user: string): boolean {
    return (this.#buckets.get(user)?.bucket.waitMs() ?? 0) === 0;
  }

  made(user: string): void {
    if (this.perHour === Infinity) return;
    this.#forgetIdle();
    const kept = this.#buckets.get(user) ?? { bucket: this.#fresh(), usedAt: 0 };
    kept.bucket.take();
    kept.usedAt = this.clock.now();
    // Last used last, so that the idle ones are found at the front.
    this.#buckets.delete(user);
    this.#buckets.set(user, kept);
  }

  #fresh(): TokenBucket {
    return new TokenBucket({ perSecond: this.perHour / HOUR_SECONDS, burst: this.perHour }, this.clock);
  }

  /** An hour refills a bucket whole, so nothing is forgotten that still counts. */
  #forgetIdle(): void {
    const before = this.clock.now() - HOUR_SECONDS * 1000;
    for (const [user, { usedAt }] of this.#buckets) {
      if (usedAt > before) return;
      this.#buckets.delete(user);
    }
  }
}
