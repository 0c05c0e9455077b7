import type { ConsoleMessage, Page, Request } from 'playwright-core';

/** A request that the page itself gave up, by a reload or by going away: no failure of anything. */
const GIVEN_UP = 'net::ERR_ABORTED';
const REPORT = 'greenroomReportsViolation';

interface Violation {
  readonly directive: string;
  readonly blocked: string;
}

/**
 * What a page has complained of: errors on its console, what nobody caught, requests that failed, dialogs, violations
 * of its Content Security Policy. What a spec does not expect by name fails it.
 */
export class Trouble {
  readonly #all: string[] = [];
  readonly #expected = new Set<RegExp>();

  /** To be called before the page loads anything. */
  async watch(page: Page): Promise<void> {
    page.on('console', (message) => this.#console(message));
    page.on('dialog', (dialog) => {
      this.note(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => this.note(`uncaught: ${error.message}`));
    page.on('requestfailed', (request) => this.#failed(request));
    // A page may swallow the console's line of a violation (`report-only` writes none); the event always comes.
    await page.exposeBinding(REPORT, (_, { directive, blocked }: Violation) => {
      this.note(`violation: ${directive} forbids ${blocked}`);
    });
    await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) => {
      ${REPORT}({ directive: event.effectiveDirective, blocked: event.blockedURI });
    })`);
  }

  /** What fits one of `lines` is no trouble, until what is returned is called. */
  expect(lines: readonly RegExp[]): () => void {
    for (const line of lines) this.#expected.add(line);
    return () => {
      for (const line of lines) this.#expected.delete(line);
    };
  }

  /** Something else that should not have been. */
  note(line: string): void {
    if (![...this.#expected].some((expected) => expected.test(line))) this.#all.push(line);
  }

  /** All there was; from now on there was none. */
  take(): readonly string[] {
    return this.#all.splice(0);
  }

  #console(message: ConsoleMessage): void {
    if (['error', 'assert'].includes(message.type())) this.note(`console: ${message.text()}`);
  }

  #failed(request: Request): void {
    const reason = request.failure()?.errorText;
    if (reason !== GIVEN_UP) this.note(`request: ${request.method()} ${request.url()} ${reason}`);
  }
}

const LOST = 'net::ERR_(INTERNET_DISCONNECTED|CONNECTION_(REFUSED|RESET|CLOSED)|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE)';

/** What a page cannot help while nothing gets through: its connections fail, and what it asks for. */
export const nothingGetsThrough = (): readonly RegExp[] => [
  new RegExp(`^console: WebSocket connection to 'ws://\\S+' failed: .*${LOST}$`),
  /^console: WebSocket connection to 'ws:\S+' failed: Connection closed before receiving a handshake response$/,
  new RegExp(`^console: Failed to load resource: ${LOST}$`),
  new RegExp(`^request: \\w+ \\S+ ${LOST}$`),
];
