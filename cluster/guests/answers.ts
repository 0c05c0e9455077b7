/** Answers that still count for how long one waits. Milliseconds. */
const RECENT_MS = 10_000;
/** Epochs that are remembered. */
const MOST_EPOCHS = 500;

/** What became of commands: how long each has waited for its answer, and when a room first answered in an epoch. */
export class Answers {
  acked = 0;
  failed = 0;
  readonly #underWay = new Set<{ readonly askedAt: number }>();
  #recent: { readonly at: number; readonly tookMs: number }[] = [];
  /** When the first command of an epoch was acknowledged, by room and epoch. */
  readonly #firsts = new Map<string, number>();

  get waiting(): number {
    return this.#underWay.size;
  }

  /** Waits for the answer to a command of a room. Never rejects. */
  async note(room: string, answer: Promise<{ readonly position: { readonly epoch: number } }>): Promise<void> {
    const command = { askedAt: Date.now() };
    this.#underWay.add(command);
    try {
      const { epoch } = (await answer).position;
      const at = Date.now();
      this.acked += 1;
      this.#recent.push({ at, tookMs: at - command.askedAt });
      this.#first(`${room} ${epoch}`, at);
    } catch {
      this.failed += 1;
    } finally {
      this.#underWay.delete(command);
    }
  }

  /** When the first command of that epoch was acknowledged. */
  firstOf(room: string, epoch: number): number | undefined {
    return this.#firsts.get(`${room} ${epoch}`);
  }

  /** The longest wait of late, those that go on included; milliseconds. */
  slowestMs(now: number): number {
    this.#recent = this.#recent.filter(({ at }) => now - at < RECENT_MS);
    const waits = [...this.#underWay].map(({ askedAt }) => now - askedAt);
    return Math.max(0, ...waits, ...this.#recent.map(({ tookMs }) => tookMs));
  }

  #first(epoch: string, at: number): void {
    if (this.#firsts.has(epoch)) return;
    this.#firsts.set(epoch, at);
    const [oldest] = this.#firsts.keys();
    if (this.#firsts.size > MOST_EPOCHS && oldest !== undefined) this.#firsts.delete(oldest);
  }
}
