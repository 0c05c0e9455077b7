import type { BrowserContextOptions } from 'playwright-core';
import type { Client } from './client.js';
import { Chromium } from './browser.js';
import { ChatPage, type ConnectionName } from './chat-page.js';
import { Clients, login } from './clients.js';
import { Line } from './line.js';
import { Servers } from './server.js';

export interface Coming {
  readonly by?: ConnectionName;
  readonly moderator?: boolean;
}

/** What a spec of the chat's pages has: servers, a Chromium, clients without one. Ended with it, also when a test fails. */
export class ChatBrowsers {
  readonly servers = new Servers();
  readonly chromium = new Chromium();
  readonly #clients = new Clients();
  readonly #lines: Line[] = [];
  readonly #regulars = new Map<string, ChatPage>();
  #visits = 0;

  /**
   * Somebody signed in and in a room. Who has come in an earlier test comes by the same browser: its page is loaded anew,
   * which costs a quarter of what a new one does.
   */
  async comes(url: string, name: string, room: string, { by, moderator = false }: Coming = {}): Promise<ChatPage> {
    const key = `${name} ${moderator}`;
    const known = this.#regulars.get(key);
    this.#visits += 1;
    const person = known === undefined ? await this.guest(url) : await known.open(`${url}/?visit=${this.#visits}`);
    if (known === undefined) await person.signIn(name, { moderator });
    this.#regulars.set(key, person);
    if (by !== undefined) await person.by(by);
    return person.enter(room);
  }

  /** Somebody at the page of the server at `url`, not signed in yet. */
  async guest(url: string, options: BrowserContextOptions = {}): Promise<ChatPage> {
    const person = await ChatPage.of(await this.chromium.visitor(options));
    return person.open(url);
  }

  /** The room's messages by their ids, in the room's order, as a client without a page is told. */
  async order(url: string, room: string): Promise<readonly string[]> {
    const reader = await this.reader(url, room);
    const ids: string[] = [];
    for (let more = true, before: number | undefined; more;) {
      const page = await reader.history(room, { limit: 200, ...(before !== undefined && { before }) });
      const messages = page.events.filter(({ name, redacted }) => name === 'message' && redacted !== true);
      ids.unshift(...messages.map(({ data }) => (data as { readonly id: string }).id));
      before = page.events[0]?.seq;
      more = page.more;
    }
    reader.close();
    return ids;
  }

  /** A client without a page, in the room. */
  async reader(url: string, room: string, name = 'Reader', more: object = {}): Promise<Client> {
    const { token } = await login(url, name, more);
    const client = await this.#clients.connect(url, 'ws JSON', { token }).opened();
    await client.join(room);
    return client;
  }

  /** A way to the server at `url` that can be cut. */
  async line(url: string): Promise<Line> {
    const line = await Line.to(url);
    this.#lines.push(line);
    return line;
  }

  /** After each test: everybody goes. Throws when a page had trouble that was not expected. */
  async leave(): Promise<void> {
    this.#clients.close();
    try {
      await this.chromium.leave(new Set([...this.#regulars.values()].map(({ visitor }) => visitor)));
    } finally {
      await Promise.all(this.#lines.splice(0).map((line) => line.close()));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.chromium.close(), this.servers.close()]);
  }
}
