/** How fast something that is only ever counted up goes, from looks at the count. */
export class Rate {
  readonly #samples: number[] = [];
  #last: { readonly count: number; readonly at: number } | undefined;

  /** @param most samples that are kept */
  constructor(private readonly most: number) {}

  /** A second, oldest first. */
  get samples(): readonly number[] {
    return this.#samples;
  }

  get latest(): number {
    return this.#samples.at(-1) ?? 0;
  }

  /** @param count `undefined`: there is nothing that counts */
  look(count: number | undefined, at: number): void {
    const last = this.#last;
    const isOn = count !== undefined && last !== undefined && count >= last.count && at > last.at;
    this.#samples.push(isOn ? round(((count - last.count) / (at - last.at)) * 1000) : 0);
    if (this.#samples.length > this.most) this.#samples.shift();
    this.#last = count === undefined ? undefined : { count, at };
  }
}

const round = (rate: number): number => Math.round(rate * 10) / 10;
