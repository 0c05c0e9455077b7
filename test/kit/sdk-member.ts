import { createClient, type Carrier, type Client, type ClientRoom } from '@greenroom/client';
import type { Entry } from '@greenroom/rooms';
import type { Chat } from '../../src/chat/chat.contract.js';
import { login } from './clients.js';

interface Message {
  readonly text: string;
  readonly seq: number;
}
interface Acked extends Message {
  readonly epoch: number;
}

/** Commands take as long as they take: a spec says by when one has to be answered. */
const TIMEOUT_MS = 120_000;

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

  private constructor(
    readonly name: string,
    private readonly client: Client<typeof Chat>,
    readonly room: ClientRoom<typeof Chat>,
  ) {
    room.on('message', ({ text }, { seq }) => void this.heard.push({ text, seq }));
    room.on('room.reset', ({ position }) => void this.resets.push(position.seq));
  }

  static async join(url: string, name: string, carrier: Carrier, room: string): Promise<SdkMember> {
    const { token } = await login(url, name);
    const client = createClient<typeof Chat>(url, { token, carrier, timeoutMs: TIMEOUT_MS });
    return new SdkMember(name, client, await client.join('chat', room));
  }

  /** Says one thing after the other, so many at once, until it is to stop. */
  talk(atOnce: number): void {
    this.#isTalking = true;
    for (let lane = 0; lane < atOnce; lane += 1) this.#talking.push(this.#lane());
  }

  /** Resolves when all it has said is answered. */
  async hush(): Promise<void> {
    this.#isTalking = false;
    await Promise.all(this.#talking.splice(0));
  }

  close(): void {
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
    while (this.#isTalking) {
      this.#said += 1;
      const text = `${this.name} ${this.#said}`;
      try {
        const { position } = await this.room.send('say', { text });
        this.acked.push({ text, ...position });
      } catch (error) {
        this.failed.push(error);
      }
    }
  }
}
