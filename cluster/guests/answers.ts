/** Answers that still count for how long one waits. Milliseconds. */
const RECENT_MS = 10_000;

/** What became of commands: how long each has waited for its answer, and when a room first answered in an epoch. */
export class Answers {
  acked = 0;
  failed = 0;
  readonly #underWay = new Set<{ readonly askedAt: number }>();
  #recent: { readonly at: number; readonly tookMs: number }[] = [];
  readonly #epochs = new Map<string, { readonly epoch: number; readonly at: number }>();

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
      if (epoch > (this.#epochs.get(room)?.epoch ?? 0)) this.#epochs.set(room, { epoch, at });
    } catch {
      this.failed += 1;
    } finally {
      this.#underWay.delete(command);
    }
  }

  /** When the first command of that epoch was acknowledged. */
  firstOf(room: string, epoch: number): number | undefined {
    const known = this.#epochs.get(room);
    return known?.epoch === epoch ? known.at : undefined;
  }

  /** The longest wait of late, those that go on included; milliseconds. */
  slowestMs(now: number): number {
    this.#recent = this.#recent.filter(({ at }) => now - at < RECENT_MS);
    const waits = [...this.#underWay].map(({ askedAt }) => now - askedAt);
    return Math.max(0, ...waits, ...this.#recent.map(({ tookMs }) => tookMs));
  }
}
