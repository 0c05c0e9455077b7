import type { Backend } from './backend.js';

/** Sessions that nobody has asked for in so long are over. Milliseconds: more than engine.io lets pass between two polls. */
const IDLE_MS = 60_000;
const HANDSHAKE = /"sid":"([^"]{1,64})"/;

const sidOf = (url: string): string | null => new URL(url, 'http://any').searchParams.get('sid');

/**
 * Which node has which session of engine.io: its long polling is many requests, and only the node that began a session knows
 * it. The session's id is in the first answer, and in the URL of every request after it, the upgrade to a WebSocket included.
 */
export class PollingSessions {
  /** Least lately asked for first. */
  readonly #all = new Map<string, { readonly backend: Backend; readonly at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The node that a request has to go to; `undefined`: any. */
  backendOf(url: string): Backend | undefined {
    const sid = sidOf(url);
    const session = sid === null ? undefined : this.#all.get(sid);
    if (sid === null || session === undefined) return undefined;
    this.#keep(sid, session.backend);
    return session.backend;
  }

  /** Whether the answer to this request begins a session. */
  begins(url: string): boolean {
    return url.includes('transport=polling') && sidOf(url) === null;
  }

  /** Takes in the beginning of such an answer. */
  began(backend: Backend, answer: string): void {
    const sid = HANDSHAKE.exec(answer)?.[1];
    if (sid !== undefined) this.#keep(sid, backend);
  }

  #keep(sid: string, backend: Backend): void {
    const now = this.now();
    this.#all.delete(sid);
    this.#all.set(sid, { backend, at: now });
    for (const [each, { at }] of this.#all) {
      if (now - at <= IDLE_MS) break;
      this.#all.delete(each);
    }
  }
}
