/** Takes whatever is told under its name. */
export type Listener = (...args: never) => void;

/** Who listens to what, by name. What one of them throws is none of the others' business. */
export class Listeners {
  readonly #byName = new Map<string, Set<{ readonly listener: Listener }>>();

  constructor(private readonly report: (error: unknown) => void) {}

  /** Returns what takes the listener away again. The same function may be added more than once. */
  add(name: string, listener: Listener): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners);
    const own = { listener };
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit(name: string, ...args: readonly unknown[]): void {
    const listeners = this.#byName.get(name);
    for (const own of Array.from(listeners ?? [])) {
      // One before it may have stopped it.
      if (listeners?.has(own) !== true) continue;
      try {
        (own.listener as (...args: readonly unknown[]) => void)(...args);
      } catch (error) {
        this.report(error);
      }
    }
  }
}
