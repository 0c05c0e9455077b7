/** Lines that are kept. */
const MOST = 40;

/** What a process has written, line by line; the last lines are kept. */
export class LastWords {
  readonly #lines: string[] = [];
  #begun = '';

  constructor(private readonly heard: (line: string) => void) {}

  take(text: string): void {
    const lines = `${this.#begun}${text}`.split('\n');
    this.#begun = lines.pop() ?? '';
    for (const line of lines) this.#hear(line);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#begun !== '') this.#hear(this.#begun);
    this.#begun = '';
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #hear(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > MOST) this.#lines.shift();
    this.heard(line);
  }
}
