import { createClient, type Carrier, type Client, type ClientRoom } from '@greenroom/client';
import type { Entry } from '@greenroom/rooms';
import type { Chat } from '../../src/chat/chat.contract.js';
import { login } from './clients.js';
import { pause } from './within.js';

interface Message {
  readonly text: string;
  readonly seq: number;
}
/** Times are milliseconds of `performance.now()`. */
export interface Acked extends Message {
  readonly epoch: number;
  /** When it was due, if it was late; `ackedAt` less this is how long its sender has waited. */
  readonly saidAt: number;
  readonly ackedAt: number;
  /** Its sender had no connection for some of that time. */
  readonly wasAway: boolean;
}

/** Commands take as long as they take: a spec says by when one has to be answered. */
const TIMEOUT_MS = 120_000;
/** Who keeps saying something says no more while so much is unanswered: half of what a room lets wait. */
const MOST_UNANSWERED = 32;

/** A member of a chat by the client library, which notes what it was told and what was acknowledged. */
export class SdkMember {
  readonly acked: Acked[] = [];
  /** In the order it was told. */
  readonly heard: Message[] = [];
  /** Where a new view was taken in place of events. */
  readonly resets: number[] = [];
  /** Commands refused, or given up. */
  readonly failed: unknown[] = [];
  readonly #talking: Promise<void>[] = [];
  #isTalking = false;
  #said = 0;
  /** How often the connection was lost. */
  #losses = 0;

  private constructor(
    readonly name: string,
    private readonly client: Client<typeof Chat>,
    readonly room: ClientRoom<typeof Chat>,
  ) {
    room.on('message', ({ text }, { seq }) => void this.heard.push({ text, seq }));
    room.on('room.reset', ({ position }) => void this.resets.push(position.seq));
    client.onStatus(({ state }) => {
      if (state === 'waiting') this.#losses += 1;
    });
  }

  static async join(url: string, name: string, carrier: Carrier, room: string): Promise<SdkMember> {
    const { token } = await login(url, name);
    const client = createClient<typeof Chat>(url, { token, carrier, timeoutMs: TIMEOUT_MS });
    return new SdkMember(name, client, await client.join('chat', room));
  }

  /** Commands so far, answered or not. */
  get said(): number {
    return this.#said;
  }

  /** Up to where it was told. */
  get toldTo(): number {
    return Math.max(this.heard.at(-1)?.seq ?? 0, ...this.resets);
  }

  /** Says one thing after the other, so many at once, until it is to stop. */
  talk(atOnce: number): void {
    this.#isTalking = true;
    for (let lane = 0; lane < atOnce; lane += 1) this.#talking.push(this.#lane());
  }

  /** Says something each so many milliseconds, whether what was said before is answered or not, until it is to stop. */
  keepSaying(everyMs: number, firstInMs = 0): void {
    this.#isTalking = true;
    this.#talking.push(this.#rhythm(everyMs, performance.now() + firstInMs));
  }

  /** Resolves when all it has said is answered. */
  async hush(): Promise<void> {
    this.#isTalking = false;
    await Promise.all(this.#talking.splice(0));
  }

  close(): void {
    this.#isTalking = false;
    this.client.close();
  }

  /** What does not hold of what it was told and what was acknowledged, held against the log: in sentences. */
  faults(log: readonly Entry[]): string[] {
    const messages = log
      .flatMap(({ events }) => events)
      .filter(({ name }) => name === 'message')
      .map(({ seq, data }) => ({ seq, text: (data as Message).text }));
    const faults: string[] = [];
    for (const { text, seq } of this.acked) {
      const places = messages.filter((message) => message.text === text).map((message) => message.seq);
      if (places.length !== 1 || places[0] !== seq)
        faults.push(`${this.name} had "${text}" acknowledged at ${seq}; the log has it at [${places.join()}]`);
    }
    const told = new Map(this.heard.map(({ seq, text }) => [seq, text]));
    const { seq: first = 0 } = this.heard[0] ?? {};
    for (const { seq, text } of messages) {
      const isInAView = this.resets.some((position) => position >= seq);
      if (seq >= first && told.get(seq) !== text && !isInAView)
        faults.push(`${this.name} was told ${told.get(seq) ?? 'nothing'} at ${seq}, where "${text}" is`);
    }
    for (const [i, { seq }] of this.heard.entries())
      if (seq <= (this.heard[i - 1]?.seq ?? 0))
        faults.push(`${this.name} was told of ${seq} after ${this.heard[i - 1]?.seq}`);
    return faults;
  }

  async #lane(): Promise<void> {
    while (this.#isTalking) await this.#say(performance.now());
  }

  async #rhythm(everyMs: number, firstAt: number): Promise<void> {
    const unanswered = new Set<Promise<void>>();
    for (let due = firstAt; this.#isTalking; due += everyMs) {
      await pause(Math.max(0, due - performance.now()));
      if (!this.#isTalking || unanswered.size >= MOST_UNANSWERED) continue;
      const said = this.#say(due).finally(() => unanswered.delete(said));
      unanswered.add(said);
    }
    await Promise.all(unanswered);
  }

  /** Never rejects. */
  async #say(saidAt: number): Promise<void> {
    this.#said += 1;
    const text = `${this.name} ${this.#said}`;
    const losses = this.client.status.state === 'online' ? this.#losses : -1;
    try {
      const { position } = await this.room.send('say', { text });
      const wasAway = losses !== this.#losses;
      this.acked.push({ text, ...position, saidAt, ackedAt: performance.now(), wasAway });
    } catch (error) {
      this.failed.push(error);
    }
  }
}
