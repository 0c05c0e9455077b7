import axe from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';

/** Impacts that keep somebody from using a page. */
const SERIOUS = ['serious', 'critical'];

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * Looks at a page for what keeps people out.
 *
 * axe runs in a world of its own: the page's policy would forbid it as a script of the page, and switching the policy off
 * would hide what violates it.
 */
export class Axe {
  /** Kept as long as the page: to detach it would end what Chromium emulates meanwhile, such as having no network. */
  #session: Promise<CDPSession> | undefined;

  constructor(private readonly page: Page) {}

  /** Serious ones, of the page as it is now, a line for each element. */
  async faults(): Promise<readonly string[]> {
    this.#session ??= this.page.context().newCDPSession(this.page);
    const session = await this.#session;
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = { frameId: frameTree.frame.id, worldName: 'axe' };
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', world);
    await session.send('Runtime.evaluate', { contextId, expression: axe.source });
    const expression = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`;
    const run = { contextId, expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', run);
    if (exceptionDetails !== undefined) throw new Error(`axe did not run: ${exceptionDetails.text}`);
    return (result.value as readonly Fault[])
      .filter(({ impact }) => SERIOUS.includes(impact))
      .flatMap(({ id, help, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html} ${failureSummary ?? ''}`),
      );
  }
}
