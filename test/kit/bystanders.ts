import { isDeepStrictEqual } from 'node:util';
import { WebSocket } from 'ws';
import type { Client } from './client.js';
import { CARRIERS, Clients, login } from './clients.js';
import { within } from './within.js';

/** Said by us: whatever else the open endpoint passes on is somebody else's. */
const OURS = 'bystander says ';

/**
 * People who mean no harm, in one room over every carrier and on the open endpoint: whatever others do to the server, they are
 * to notice nothing.
 */
export class Bystanders {
  readonly #heard: string[] = [];
  #said = 0;

  private constructor(
    readonly room: string,
    private readonly people: readonly Client[],
    private readonly open: WebSocket,
  ) {
    open.on('message', (bytes: Buffer) => {
      const text = OURS_IN.exec(bytes.toString())?.[0];
      if (text !== undefined) this.#heard.push(text);
    });
  }

  static async gather(url: string, room: string): Promise<Bystanders> {
    const clients = new Clients();
    const people: Client[] = [];
    for (const [index, carrier] of CARRIERS.entries()) {
      const { token } = await login(url, `Bystander ${index}`);
      const client = await clients.connect(url, carrier, { token }).opened();
      await client.join(room);
      people.push(client);
    }
    const open = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    await within('the open endpoint', new Promise((resolve) => open.once('message', resolve)));
    return new Bystanders(room, people, open);
  }

  /** Each says something, and each is answered and hears all of it. Rejects when somebody does not. */
  async talk(): Promise<void> {
    const texts = this.people.map(() => `${OURS}${(this.#said += 1)}`);
    const positions = await within(
      'every answer',
      Promise.all(this.people.map((client, n) => client.send(this.room, 'say', { text: texts[n] }))),
    );
    const last = Math.max(...positions.map(({ position }) => position.seq));
    for (const client of this.people)
      await client.when('all that was said', () => client.room(this.room).position.seq >= last);
    const heard = this.#heard.length;
    this.open.send(`${OURS}${heard}.`);
    await within(
      'the open endpoint',
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (this.#heard.length <= heard) return;
          this.open.off('message', look);
          resolve();
        };
        this.open.on('message', look);
      }),
    );
  }

  /** What is wrong with what they have seen, in sentences: nothing, or the server has failed them. */
  faults(): string[] {
    const streams = this.people.map((client) => client.room(this.room));
    const told = (n: number): string => CARRIERS[n] ?? '';
    return [
      ...this.people.flatMap((client, n) => (client.isOpen ? [] : [`${told(n)} was disconnected`])),
      ...this.people.flatMap(({ asked, answered }, n) =>
        asked === answered ? [] : [`${told(n)} asked ${asked} times and was answered ${answered} times`],
      ),
      ...streams.flatMap(({ gaps }, n) => (gaps.length === 0 ? [] : [`${told(n)} has gaps: ${JSON.stringify(gaps)}`])),
      ...streams.flatMap(({ events }, n) =>
        isDeepStrictEqual(events, streams[0]?.events) ? [] : [`${told(n)} heard something else than ${told(0)}`],
      ),
      ...streams.flatMap(({ texts }, n) => {
        const ours = texts.filter((text) => text?.startsWith(OURS));
        return ours.length === this.#said ? [] : [`${told(n)} heard ${ours.length} of ${this.#said} things said`];
      }),
      ...(this.open.readyState === WebSocket.OPEN ? [] : ['the open endpoint disconnected somebody']),
      ...this.#heard.flatMap((text, n) => (text === `${OURS}${n}.` ? [] : [`the open endpoint told ${text} as ${n}`])),
    ];
  }

  leave(): void {
    for (const client of this.people) client.close();
    this.open.terminate();
  }
}

const OURS_IN = new RegExp(`${OURS}\\d+\\.`);
