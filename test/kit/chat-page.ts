import type { Locator, Page } from 'playwright-core';
import type { Visitor } from './browser.js';
import { becomes } from './becomes.js';

export const CONNECTIONS = ['WebSocket', 'MessagePack', 'Socket.IO'] as const;
export type ConnectionName = (typeof CONNECTIONS)[number];

export interface Shown {
  readonly id: string;
  readonly state: string;
  /** All that stands there: who said it and when, too. */
  readonly text: string;
}

/** Specs make texts unlike each other, `#ann-1`: this notes each that ever stood there twice, for however short a time. */
const WATCH_DOUBLES = `{
  const doubles = (globalThis.greenroomDoubles = new Set());
  const texts = () => {
    const all = [];
    for (const message of document.querySelectorAll('[data-message]')) {
      const nodes = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
      while (nodes.nextNode()) if (nodes.currentNode.data.startsWith('#')) all.push(nodes.currentNode.data);
    }
    return all;
  };
  new MutationObserver(() => {
    const seen = new Set();
    for (const text of texts()) {
      if (seen.has(text)) doubles.add(text);
      seen.add(text);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}`;

/** All within the page, so that nothing is fetched before it is looked at. */
const READ_BACK = `(async () => {
  const log = document.querySelector('[role=log]');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const all = () => [...log.querySelectorAll('[data-message]')];
  const before = all().length;
  log.scrollTop = 200;
  const { top } = log.getBoundingClientRect();
  const first = all().find((message) => message.getBoundingClientRect().top >= top);
  const was = first.getBoundingClientRect().top;
  const end = performance.now() + 5000;
  while (all().length === before && performance.now() < end) await frame();
  await frame();
  await frame();
  return Math.abs(first.getBoundingClientRect().top - was);
})()`;

/** The demo's chat, as somebody uses it who goes by the names of things: what a screen reader reads out. */
export class ChatPage {
  private constructor(
    readonly visitor: Visitor,
    readonly page: Page,
  ) {}

  /** In the visitor's first tab, or another one. */
  static async of(visitor: Visitor, page = visitor.page): Promise<ChatPage> {
    await page.addInitScript(WATCH_DOUBLES);
    return new ChatPage(visitor, page);
  }

  async open(url: string): Promise<this> {
    await this.page.goto(url);
    return this;
  }

  /** Another tab of the same browser. */
  async tab(url: string): Promise<ChatPage> {
    const other = await ChatPage.of(this.visitor, await this.visitor.tab());
    return other.open(url);
  }

  async signIn(name: string, { moderator = false } = {}): Promise<this> {
    await this.page.getByRole('textbox', { name: 'Name' }).fill(name);
    if (moderator) await this.page.getByRole('checkbox', { name: 'Moderator' }).check();
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.signOut.waitFor();
    return this;
  }

  get signOut(): Locator {
    return this.page.getByRole('button', { name: 'Sign out' });
  }

  async choose(connection: ConnectionName): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Connection' }).selectOption({ label: connection });
  }

  /** Chooses it, and waits until the page has gone over: it is kept then, for a reload. */
  async by(connection: ConnectionName): Promise<this> {
    await this.choose(connection);
    await becomes(() => this.page.evaluate('JSON.parse(localStorage.getItem("greenroom.carrier"))'), connection);
    return this;
  }

  async enter(room: string): Promise<this> {
    await this.page.getByRole('textbox', { name: 'Room', exact: true }).fill(room);
    await this.page.getByRole('button', { name: 'Open room' }).click();
    return this.isIn(room);
  }

  /** The room is there, and so is the connection. */
  async isIn(room: string): Promise<this> {
    await this.page.getByRole('heading', { name: room, exact: true }).waitFor();
    await this.isOnline();
    await this.box.waitFor();
    await becomes(() => this.page.getByText('Joining…').count(), 0);
    return this;
  }

  /** Where one types. */
  get box(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.box.fill(text);
      await this.page.getByRole('button', { name: 'Send', exact: true }).click();
    }
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  /** Messages, from top to bottom. */
  shown(): Promise<readonly Shown[]> {
    return this.log.locator('[data-message]').evaluateAll((elements) =>
      elements.map((element) => ({
        id: element.dataset['message'] ?? '',
        state: element.dataset['state'] ?? '',
        text: element.innerText,
      })),
    );
  }

  /** The message whose text has this in it. */
  message(text: string): Locator {
    return this.log.locator('[data-message]').filter({ hasText: text });
  }

  /** What is in the room, by the ids that it has there. */
  async sent(): Promise<readonly string[]> {
    return (await this.shown()).filter(({ state }) => state === 'sent').map(({ id }) => id);
  }

  /** What begins as texts of specs do, from top to bottom. */
  async texts(): Promise<readonly string[]> {
    return (await this.shown()).flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('#')));
  }

  /** Texts that have stood there twice at once. */
  doubles(): Promise<readonly string[]> {
    return this.page.evaluate('[...greenroomDoubles]');
  }

  /** A button of one message. It is selected first: what others say moves it away from under a pointer. */
  async press(button: 'Edit' | 'Remove', text: string): Promise<void> {
    const message = this.message(text);
    await message.click();
    await message.getByRole('button', { name: button }).click();
  }

  async edit(text: string, to: string): Promise<void> {
    await this.press('Edit', text);
    await this.page.getByRole('textbox', { name: 'New text' }).fill(to);
    await this.page.keyboard.press('Enter');
  }

  /** Removes a message, and says yes when asked again. */
  async remove(text: string): Promise<void> {
    await this.press('Remove', text);
    await this.confirm('Remove');
  }

  /** Says yes to what is asked again. */
  async confirm(verb: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: verb }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /**
   * Scrolls to where older messages are fetched, and waits until they are there: by how many pixels what was at the top then
   * has moved since.
   */
  readBack(): Promise<number> {
    return this.page.evaluate(READ_BACK);
  }

  /** All there is to read is there, to the first message. */
  async readAll(): Promise<void> {
    await this.log.getByText('This is where').waitFor();
  }

  get people(): Locator {
    return this.page.getByRole('list', { name: 'Who is here' }).getByRole('listitem');
  }

  /** Which of these names are in the list of who is here; of one that stands there twice, twice. */
  async here(...names: readonly string[]): Promise<readonly string[]> {
    const lines = (await this.people.allInnerTexts()).flatMap((text) => text.split('\n'));
    return lines.filter((line) => names.includes(line)).sort();
  }

  /** Each time from now on that a name is not in the list of who is here. */
  async missing(name: string): Promise<() => Promise<readonly string[]>> {
    const seen = await this.page.evaluateHandle(`(() => {
      const list = document.querySelector('ul[aria-label="Who is here"]');
      const seen = [];
      new MutationObserver(() => {
        if (!list.innerText.split('\\n').includes(${JSON.stringify(name)})) seen.push(list.innerText);
      }).observe(list, { subtree: true, childList: true, characterData: true });
      return seen;
    })()`);
    return () => seen.jsonValue() as Promise<readonly string[]>;
  }

  async connection(): Promise<string | null> {
    return this.page.locator('[role=status][data-connection]').getAttribute('data-connection');
  }

  isOnline(ms?: number): Promise<void> {
    return becomes(() => this.connection(), 'online', ms);
  }
}
