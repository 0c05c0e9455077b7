import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { program } from '../../scripts/debian.mjs';
import { Axe } from './axe.js';
import { ROOT } from './server.js';
import { Trouble } from './trouble.js';
import { PATIENCE_MS } from './within.js';

const SCREENSHOTS = join(ROOT, '.screenshots');
/** Its first start on a machine reads some 300 MB. */
const START_WITHIN_MS = 60_000;
const EMPTY = 'about:blank';

const ARGS = [
  // Chromium refuses to start as root with its sandbox, and CI is root; it opens nothing here but our own pages.
  '--no-sandbox',
  '--disable-gpu',
  // Whatever it would do on the network by itself.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESKTOP = { width: 1280, height: 800 } as const;
export const PHONE = { width: 360, height: 740 } as const;

/** One person's browser: cookies, storage and cache of its own. */
export class Visitor {
  /** Of all its pages. */
  readonly trouble = new Trouble();
  readonly #axe: Axe;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.#axe = new Axe(page);
  }

  static async come(browser: Browser, options: BrowserContextOptions): Promise<Visitor> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    // Less than a test has: what did not come is told by its name.
    context.setDefaultTimeout(PATIENCE_MS);
    const visitor = new Visitor(context, await context.newPage());
    await visitor.trouble.watch(visitor.page);
    return visitor;
  }

  /** Another tab. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    await this.trouble.watch(page);
    return page;
  }

  /** Nothing is open but an empty page, and nothing kept but what a reload would find. */
  async rest(): Promise<void> {
    const [, ...others] = this.context.pages();
    await Promise.all(others.map((page) => page.close()));
    await this.context.setOffline(false);
    if (this.page.url() === EMPTY) return;
    // A page that goes may write its last. The page of a failed request has no storage.
    const forget = 'localStorage.clear(); Storage.prototype.setItem = () => undefined';
    await this.page.evaluate(forget).catch(() => undefined);
    await this.page.goto(EMPTY);
  }

  /** Into a folder that git ignores, for people to look at. */
  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  }

  /** Whatever makes the page scroll sideways. */
  widerThanItsWindow(): Promise<readonly string[]> {
    return this.page.evaluate(`[document.documentElement, ...document.querySelectorAll('[role=log], main, aside')]
      .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
      .map(({ tagName, className, scrollWidth, clientWidth }) => \`\${tagName}.\${className} \${scrollWidth} > \${clientWidth}\`)`);
  }

  /** Serious ones that axe finds in the page as it is now, a line for each element. */
  faults(): Promise<readonly string[]> {
    return this.#axe.faults();
  }
}

/** The Chromium of one spec file. */
export class Chromium {
  readonly #visitors: Visitor[] = [];
  #browser: Browser | undefined;

  /** `args`: further ones. `path`: a program other than the one that is found, or installed. */
  async start(args: readonly string[] = [], path = program('chromium')): Promise<this> {
    try {
      const launch = { executablePath: path, headless: true, args: [...ARGS, ...args], timeout: START_WITHIN_MS };
      this.#browser = await chromium.launch(launch);
    } catch (cause) {
      throw new Error(`${path} is here but does not start: ${(cause as Error).message}`, { cause });
    }
    return this;
  }

  async visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
    if (this.#browser === undefined) throw new Error('Chromium was not started');
    const visitor = await Visitor.come(this.#browser, options);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** What fits one of `lines` is no trouble of any visitor's here while `work` goes on. */
  async expecting<T>(lines: readonly RegExp[], work: () => Promise<T>): Promise<T> {
    const visitors = [...this.#visitors];
    const ends = visitors.map(({ trouble }) => trouble.expect(lines));
    try {
      return await work();
    } finally {
      await heard(visitors);
      for (const end of ends) end();
    }
  }

  /** After each test: all visitors go, but those who `stay`. Throws when there was trouble that nobody expected. */
  async leave(stay: ReadonlySet<Visitor> = new Set()): Promise<void> {
    const visitors = this.#visitors.splice(0);
    this.#visitors.push(...stay);
    await heard(visitors);
    await Promise.all(visitors.map((visitor) => (stay.has(visitor) ? visitor.rest() : visitor.context.close())));
    // What they say as they go is of this test, too.
    const trouble = visitors.flatMap((visitor) => visitor.trouble.take());
    if (trouble.length > 0) throw new Error(`the pages had trouble:\n${trouble.join('\n')}`);
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }
}

/** What a page has said reaches us before its answer to this. */
const heard = (visitors: readonly Visitor[]): Promise<unknown> =>
  Promise.all(
    visitors.flatMap(({ context }) => context.pages()).map((page) => page.evaluate('0').catch(() => undefined)),
  );
