import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Chromium, type Visitor } from './kit/browser.js';
import { becomes } from './kit/becomes.js';

/** What the kit does not see, every other spec passes over. */

const chromium = new Chromium();
/** One for all tests: a new one costs more than they do. */
let visitor: Visitor;
beforeAll(async () => {
  await chromium.start();
  visitor = await chromium.visitor();
});
afterEach(() => chromium.leave(new Set([visitor])));
afterAll(() => chromium.close());

const ORIGIN = 'http://page.test';
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";

/** A page that is nowhere but here; whatever else it asks for is refused. */
async function show(body: string, script = ''): Promise<Visitor> {
  const { page } = visitor;
  await page.unrouteAll();
  const html = `<!doctype html><html lang="en"><title>A page</title><body><main><h1>A page</h1>${body}</main><script src="/page.js"></script></body></html>`;
  await page.route(`${ORIGIN}/**`, (route) => route.abort('connectionrefused'));
  await page.route(`${ORIGIN}/`, (route) =>
    route.fulfill({ contentType: 'text/html', body: html, headers: { 'content-security-policy': POLICY } }),
  );
  await page.route(`${ORIGIN}/page.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  await page.goto(`${ORIGIN}/`);
  return visitor;
}

it('a page that is in order has no trouble, and axe no fault, under a policy that forbids all but its own', async () => {
  await show('<p>All is well.</p>', 'console.log("and says so")');
  expect(await visitor.faults()).toEqual([]);
  expect(visitor.trouble.take()).toEqual([]);
});

describe('trouble of a page is noticed', () => {
  it.each([
    ['an error on the console', 'console.error("no", 42)', [/^console: no 42$/]],
    ['what nobody caught', 'throw new Error("oh")', [/^uncaught: oh$/]],
    ['a promise that nobody caught', 'Promise.reject(new Error("oh"))', [/^uncaught: oh$/]],
    [
      'a request that failed',
      'fetch("/api").catch(() => {})',
      [/^request: GET \S+\/api net::ERR/, /^console: Failed to/],
    ],
    ['a violation by code made of text', 'try { eval("1") } catch {}', [/^violation: script-src forbids eval$/]],
    ['a violation by style', 'document.body.setAttribute("style", "color: red")', [/^violation: style-src-attr/]],
    ['a violation by connecting', 'try { new WebSocket("ws://else.test/") } catch {}', [/^violation: connect-src/]],
  ])('%s', async (_, script, lines) => {
    const { trouble } = await show('', script);
    const seen: string[] = [];
    for (const line of lines) {
      await becomes(
        () => {
          seen.push(...trouble.take());
          return seen;
        },
        expect.arrayContaining([expect.stringMatching(line)]),
      );
    }
  });

  it('it fails the test that does not expect it, by its own words', async () => {
    const { page } = await show('', 'console.error("not expected")');
    await page.waitForLoadState();
    await expect(chromium.leave(new Set([visitor]))).rejects.toThrow('console: not expected');
  });

  it('what is expected for a while is none for that while alone', async () => {
    const { page, trouble } = await show('');
    const says = (text: string) => page.evaluate(`console.error(${JSON.stringify(text)})`);
    await chromium.expecting([/^console: expected$/], async () => {
      await says('expected');
      await says('something else');
    });
    await says('expected');
    expect(trouble.take()).toEqual(['console: something else', 'console: expected']);
  });

  it('what was said in that while is none, though it is heard of later', async () => {
    const { page, trouble } = await show('');
    await chromium.expecting([/^console: expected$/], () => {
      void page.evaluate('console.error("expected")');
      return Promise.resolve();
    });
    await page.evaluate('0');
    expect(trouble.take()).toEqual([]);
  });

  it('axe: a field without a name is a serious fault', async () => {
    await show('<input type="text" />');
    expect(await visitor.faults()).toEqual([expect.stringMatching(/^label .*<input type="text">/)]);
    expect(visitor.trouble.take()).toEqual([]);
  });
});

it('what a page keeps as it goes is not there in the next test', async () => {
  await show('', 'addEventListener("pagehide", () => localStorage.setItem("kept", "late"))');
  await chromium.leave(new Set([visitor]));
  const { page } = await show('');
  expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
});

it('a Chromium that does not start is told by its path, with what it said', async () => {
  await expect(new Chromium().start([], '/bin/false')).rejects.toThrow(/^\/bin\/false is here but does not start: /);
});
