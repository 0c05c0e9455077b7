/** What the client takes from where it runs: time, chance, news of the network. */
export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. Returns what forgets it. */
  after(delayMs: number, run: () => void): () => void;
  /** At least 0, less than 1. */
  random(): number;
  /** Letters and digits, never the same twice. */
  uniqueId(): string;
  /** Tells when the machine finds or loses its network. Returns what stops it. */
  watchNetwork(online: () => void, offline: () => void): () => void;
  /** For what an application's own listener throws: the place where uncaught errors go. */
  report(error: unknown): void;
}

/** Timers overflow above this and would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The parts of a browser's `globalThis`, which Node may lack. */
const host = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;

export const systemEnvironment: Environment = {
  now: () => Date.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), LONGEST_MS));
    return () => clearTimeout(handle);
  },
  random: () => Math.random(),
  // randomUUID is for secure pages alone.
  uniqueId: () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join(''),
  watchNetwork(online, offline) {
    host.addEventListener?.('online', online);
    host.addEventListener?.('offline', offline);
    return () => {
      host.removeEventListener?.('online', online);
      host.removeEventListener?.('offline', offline);
    };
  },
  report(error) {
    queueMicrotask(() => {
      throw error;
    });
  },
};
