/** What is to be ended: last first, once, whoever asks and however often. */
export class Ends {
  readonly #all: (() => unknown)[] = [];
  #over: Promise<void> | undefined;

  add(end: () => unknown): void {
    this.#all.push(end);
  }

  all(): Promise<void> {
    this.#over ??= this.#run();
    return this.#over;
  }

  async #run(): Promise<void> {
    for (let end = this.#all.pop(); end !== undefined; end = this.#all.pop()) await end();
  }
}
