import { setTimeout as pause } from 'node:timers/promises';
import { createClient, webSocket, type Client, type ClientRoom } from '@greenroom/client';
import { socketIo } from '@greenroom/client/socket.io';
import type { Chat } from '../../src/chat/chat.contract.js';
import { Answers } from './answers.js';
import { LINES } from './lines.js';

/** Rooms that have guests. */
const ROOMS = ['backstage', 'balcony', 'foyer', 'pit', 'wardrobe', 'wings'] as const;
const NAMES = [
  'Ada',
  'Bruno',
  'Chiara',
  'Dov',
  'Edda',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaya',
  'Lev',
] as const;
/** Between two things that one says, on average, milliseconds. */
const SAY_MS = 700;
/** One waits so long for an answer before it counts as failed: more than any takeover takes. */
const TIMEOUT_MS = 60_000;
const RETRY_MS = 500;

/** Clients of the chat through the balancer, by both carriers, that say something now and then: one command at a time each. */
export class Guests {
  readonly answers = new Answers();
  readonly #clients: Client<typeof Chat>[] = [];
  #isTalking = true;
  #isOver = false;

  constructor(
    private readonly url: string,
    readonly count: number,
  ) {}

  get rooms(): number {
    return Math.min(this.count, ROOMS.length);
  }

  get isTalking(): boolean {
    return this.#isTalking;
  }

  talk(isTalking: boolean): void {
    this.#isTalking = isTalking;
  }

  /** They come as soon as anybody lets them in. */
  arrive(): void {
    for (let n = 0; n < this.count; n += 1) void this.#live(n);
  }

  close(): void {
    this.#isOver = true;
    for (const client of this.#clients) client.close();
  }

  async #live(n: number): Promise<void> {
    const round = Math.floor(n / NAMES.length);
    const name = `${NAMES[n % NAMES.length]}${round === 0 ? '' : ` ${round + 1}`}`;
    const carrier = n % 2 === 0 ? webSocket() : socketIo({ transports: ['websocket'] });
    const token = (): Promise<string> => this.#login(name);
    const client = createClient<typeof Chat>(this.url, { token, carrier, timeoutMs: TIMEOUT_MS });
    this.#clients.push(client);
    for (let said = n; !this.#isOver;) {
      const room = await client.join('chat', ROOMS[n % ROOMS.length] ?? ROOMS[0]).catch(() => undefined);
      if (room === undefined) await pause(RETRY_MS);
      else said = await this.#stay(room, said);
    }
  }

  /** Until the room is over for it. */
  async #stay(room: ClientRoom<typeof Chat>, first: number): Promise<number> {
    let said = first;
    for (; !this.#isOver && room.status.state !== 'ended'; await pause(SAY_MS * (0.5 + Math.random()))) {
      if (!this.#isTalking) continue;
      const text = LINES[said % LINES.length] ?? LINES[0];
      said += 1;
      await this.answers.note(`chat/${room.id}`, room.send('say', { text }));
    }
    return said;
  }

  async #login(name: string): Promise<string> {
    const response = await fetch(`${this.url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    if (!response.ok) throw new Error(`login answered ${response.status}`);
    return ((await response.json()) as { readonly token: string }).token;
  }
}
