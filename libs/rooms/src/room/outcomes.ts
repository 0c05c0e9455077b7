import type { Outcome } from './outcome.js';
import { SavedOutcomes } from './saved-outcomes.js';

/** How many outcomes of a member are remembered, and for how long: every honest retry falls inside. */
const OUTCOME_WINDOW = { count: 256, ageMs: 600_000 } as const;
/** Reply data above so many characters of JSON is remembered by its position only. */
const KEPT_REPLY = 1024;
/** Clients of one member whose numbering is followed. */
const CLIENTS = 16;
/** Members of whom nothing is remembered but that: the last ones. */
const QUIET_MEMBERS = 1000;

interface Window {
  readonly outcomes: Map<string, Outcome>;
  /** By client of an id `client:n`: the highest number forgotten. */
  readonly forgotten: Map<string, number>;
}

interface Saved {
  readonly outcomes: readonly string[];
  /** By member and client. */
  readonly forgotten: readonly (readonly [string, readonly (readonly [string, number])[]])[];
}

const [ZERO, NINE, COLON] = Array.from('09:', (each) => each.charCodeAt(0)) as [number, number, number];

/** The number of an id `client:n` and where its client ends. Read by hand: it is asked for with every command. */
const numbered = (commandId: string): { readonly n: number; readonly end: number } | undefined => {
  let n = 0;
  let digit = 1;
  let end = commandId.length - 1;
  for (; end > 0; end -= 1, digit *= 10) {
    const code = commandId.charCodeAt(end);
    if (code < ZERO || code > NINE) break;
    n += (code - ZERO) * digit;
  }
  const isNumbered = end > 0 && commandId.charCodeAt(end) === COLON && digit > 1 && Number.isSafeInteger(n);
  return isNumbered ? { n, end } : undefined;
};

/** What accepted commands came to, by member and command id, so that a repeat gets the first outcome. */
export class Outcomes {
  readonly #windows = new Map<string, Window>();
  readonly #saved = new SavedOutcomes();

  static load(saved: unknown): Outcomes {
    const loaded = new Outcomes();
    const { outcomes, forgotten } = saved as Saved;
    for (const [member, clients] of forgotten)
      loaded.#windows.set(member, { outcomes: new Map(), forgotten: new Map(clients) });
    loaded.#saved.load(outcomes, (member, id, outcome) => loaded.record(member, id, outcome));
    return loaded;
  }

  /** `forgotten`: it was run, or refused, so long ago that nobody can say which. */
  find(member: string, commandId: string): Outcome | 'forgotten' | undefined {
    const window = this.#windows.get(member);
    const outcome = window?.outcomes.get(commandId);
    if (outcome !== undefined || window === undefined || window.forgotten.size === 0) return outcome;
    const id = numbered(commandId);
    const below = id && window.forgotten.get(commandId.slice(0, id.end));
    return id !== undefined && below !== undefined && id.n <= below ? 'forgotten' : undefined;
  }

  record(member: string, commandId: string, outcome: Outcome): void {
    let window = this.#windows.get(member);
    if (window === undefined) {
      window = { outcomes: new Map<string, Outcome>(), forgotten: new Map() };
      this.#windows.set(member, window);
    }
    const { position, at: now, data } = outcome;
    const isTooLarge = data !== undefined && JSON.stringify(data).length > KEPT_REPLY;
    window.outcomes.set(commandId, isTooLarge ? { position, at: now } : outcome);
    for (const [id, { at }] of window.outcomes) {
      if (window.outcomes.size <= OUTCOME_WINDOW.count && at > now - OUTCOME_WINDOW.ageMs) break;
      this.#forget(window, id);
    }
  }

  /** Plain data; what is older than the window at `now` is left out, and members of whom nothing is left. */
  save(now: number): Saved {
    const quiet: string[] = [];
    for (const [member, window] of this.#windows) {
      for (const [id, { at }] of window.outcomes) if (at <= now - OUTCOME_WINDOW.ageMs) this.#forget(window, id);
      if (window.outcomes.size > 0) continue;
      if (window.forgotten.size === 0) this.#windows.delete(member);
      else quiet.push(member);
    }
    for (const member of quiet.slice(0, -QUIET_MEMBERS)) this.#windows.delete(member);
    const remembered = new Map([...this.#windows].map(([member, { outcomes }]) => [member, outcomes]));
    return {
      outcomes: this.#saved.save(remembered, now - OUTCOME_WINDOW.ageMs),
      forgotten: [...this.#windows].flatMap(([member, { forgotten }]) =>
        forgotten.size === 0 ? [] : [[member, [...forgotten]]],
      ),
    };
  }

  #forget({ outcomes, forgotten }: Window, commandId: string): void {
    outcomes.delete(commandId);
    const id = numbered(commandId);
    if (id === undefined) return;
    const client = commandId.slice(0, id.end);
    const highest = Math.max(id.n, forgotten.get(client) ?? -1);
    // The last one is the last that was heard of.
    if (forgotten.size > 1) forgotten.delete(client);
    forgotten.set(client, highest);
    for (const client of forgotten.keys()) {
      if (forgotten.size <= CLIENTS) break;
      forgotten.delete(client);
    }
  }
}
