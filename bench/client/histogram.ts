/** Of durations from a microsecond to two minutes, to about one per cent. */
const PER_OCTAVE = 64;
const BUCKETS = 27 * PER_OCTAVE;

export class Histogram {
  readonly #counts: number[];

  constructor(counts: readonly number[] = []) {
    this.#counts = Array.from({ length: BUCKETS }, (_, i) => counts[i] ?? 0);
  }

  /** Counted in buckets, for another process. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  add(ms: number): void {
    const bucket = Math.round(Math.log2(Math.max(ms * 1000, 1)) * PER_OCTAVE);
    const last = Math.min(bucket, BUCKETS - 1);
    this.#counts[last] = (this.#counts[last] ?? 0) + 1;
  }

  /** Milliseconds which `share` of all durations do not exceed; `NaN` of none. */
  quantile(share: number): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(share * total));
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return 2 ** (bucket / PER_OCTAVE) / 1000;
  }

  static sum(all: readonly (readonly number[])[]): Histogram {
    return new Histogram(
      Array.from({ length: BUCKETS }, (_, i) => all.reduce((sum, counts) => sum + (counts[i] ?? 0), 0)),
    );
  }
}
