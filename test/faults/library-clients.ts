import { createClient, type Client } from '@greenroom/client';
import type { Dice, RoomLog } from '@greenroom/testing/faults';
import type { Chat } from '../../src/chat/chat.contract.js';

/** Between two commands of one, on average, milliseconds. */
const THINK_MS = 600;

interface One {
  readonly user: string;
  readonly client: Client<typeof Chat>;
  readonly room: string;
  /** Texts of messages it was told of, by position, in the order it was told. */
  readonly heard: { readonly seq: number; readonly text: string }[];
  /** Positions at which something was missed and a new view taken in its place. */
  readonly resets: number[];
  readonly acked: { readonly text: string; readonly seq: number }[];
  readonly underWay: Set<Promise<unknown>>;
}

/**
 * Clients that do nothing for themselves: the library comes back, resumes and repeats for them. Its own ids for commands
 * are not known here, so what it says is held against the log by its text.
 */
export class LibraryClients {
  readonly #all: One[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #isSettling = false;

  constructor(
    private readonly url: string,
    private readonly dice: Dice,
  ) {}

  add(user: string, token: string, room: string): void {
    const client = createClient<typeof Chat>(this.url, { token, timeoutMs: 120_000 });
    this.#all.push({ user, client, room, heard: [], resets: [], acked: [], underWay: new Set() });
  }

  begin(): void {
    for (const one of this.#all) void this.#live(one).catch(() => {});
  }

  settle(): void {
    this.#isSettling = true;
  }

  /** Waits for every answer, and leaves. @returns what was not answered, in sentences */
  async finish(): Promise<string[]> {
    const outcomes = await Promise.allSettled(this.#all.flatMap(({ underWay }) => [...underWay]));
    this.close();
    return outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [`the library gave up: ${String(outcome.reason)}`] : [],
    );
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { client } of this.#all) client.close();
  }

  /** What does not hold of what the library said, in sentences. */
  check(logs: readonly RoomLog[]): string[] {
    return this.#all.flatMap((one) => {
      const log = logs.find(({ address }) => address === `chat/${one.room}`);
      return log === undefined ? [] : faultsOf(one, log);
    });
  }

  async #live(one: One): Promise<void> {
    const room = await one.client.join('chat', one.room);
    room.on('room.reset', ({ position }) => void one.resets.push(position.seq));
    room.on('message', ({ text }, { seq }) => void one.heard.push({ seq, text }));
    let said = 0;
    const next = (): void => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (this.#isSettling) return;
        said += 1;
        const text = `library ${one.user} ${said}`;
        const sent = room.send('say', { text }).then(({ position }) => one.acked.push({ text, seq: position.seq }));
        one.underWay.add(sent);
        sent.catch(() => {});
        next();
      }, this.dice.wait(THINK_MS));
      this.#timers.add(timer);
    };
    next();
  }
}

const textOf = (data: unknown): string | undefined => (data as { readonly text?: string } | null)?.text;

const faultsOf = ({ user, heard, resets, acked }: One, { address, entries }: RoomLog): string[] => {
  const faults: string[] = [];
  const messages = entries.flatMap(({ events }) => events.filter(({ name }) => name === 'message'));
  const places = new Map<string, number[]>();
  for (const { seq, data } of messages) {
    const text = textOf(data);
    if (text !== undefined) places.set(text, [...(places.get(text) ?? []), seq]);
  }
  for (const { text, seq } of acked) {
    const found = places.get(text) ?? [];
    if (found.length !== 1 || found[0] !== seq)
      faults.push(`${address}: the library had "${text}" acked at ${seq}, and it is at [${found.join()}]`);
  }
  for (const [n, { seq, text }] of heard.entries()) {
    const last = heard[n - 1]?.seq ?? seq - 1;
    if (seq <= last) faults.push(`${address}: the library told ${user} of ${seq} after ${last}`);
    const isReset = resets.some((at) => at > last && at <= seq);
    const missed =
      isReset || n === 0 ? [] : messages.filter((each) => each.seq > last && each.seq < seq && !each.redacted);
    if (missed.length > 0)
      faults.push(`${address}: the library did not tell ${user} of ${missed.map((m) => m.seq).join()}`);
    const there = messages.find((each) => each.seq === seq);
    if (there === undefined || (there.redacted !== true && textOf(there.data) !== text))
      faults.push(`${address}: the library told ${user} of "${text}" at ${seq}, which the log does not have`);
  }
  return faults;
};
