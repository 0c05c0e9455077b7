/** Some durations, to the whole millisecond as they are told. */
export class Distribution {
  readonly #sorted: readonly number[];

  constructor(values: readonly number[]) {
    this.#sorted = values.toSorted((one, other) => one - other);
  }

  get count(): number {
    return this.#sorted.length;
  }

  /** What `share` of all do not exceed: always one of them. `NaN` of none. */
  quantile(share: number): number {
    return this.#sorted[Math.max(0, Math.ceil(share * this.count) - 1)] ?? Number.NaN;
  }

  get min(): number {
    return this.quantile(0);
  }

  get max(): number {
    return this.quantile(1);
  }

  /** How many there are in each step of a scale, from the first that has one to the last. */
  steps(size: number): readonly { readonly from: number; readonly count: number }[] {
    if (this.count === 0) return [];
    const stepOf = (value: number): number => Math.floor(value / size);
    const first = stepOf(this.min);
    const counts = Array.from({ length: stepOf(this.max) - first + 1 }, () => 0);
    for (const value of this.#sorted) counts[stepOf(value) - first] = (counts[stepOf(value) - first] ?? 0) + 1;
    return counts.map((count, i) => ({ from: (first + i) * size, count }));
  }
}

/** A step of a histogram of which there are ten or so, such as one reads: 1, 2 or 5, and zeros. */
export const stepFor = (range: number): number => {
  const least = Math.max(range, 10) / 12;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((each) => each * power >= least) ?? 10) * power;
};

/** The longest time in which nothing happened, from one moment to another. @param at in their order */
export const longestGap = (at: readonly number[], from: number, to: number): number => {
  const moments = [from, ...at.filter((each) => each > from && each < to), to];
  return moments.slice(1).reduce((longest, moment, i) => Math.max(longest, moment - (moments[i] ?? moment)), 0);
};
