import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ChatBrowsers } from './kit/chat-browsers.js';
import type { Server } from './kit/server.js';
import { becomes } from './kit/becomes.js';

const browsers = new ChatBrowsers();
let server: Server;
beforeAll(async () => {
  [server] = await Promise.all([browsers.servers.start(), browsers.chromium.start()]);
});
afterEach(() => browsers.leave());
afterAll(() => browsers.close());

/** What somebody would do who has found a way to put something of theirs into a page, and what stops it. */
const ATTACKS = [
  [
    'a script of its own',
    `const script = document.createElement('script'); script.text = 'alert(1)'; document.body.append(script)`,
    'script-src-elem forbids inline',
  ],
  [
    'a script from elsewhere',
    `const script = document.createElement('script'); script.src = 'http://elsewhere.test/x.js'; document.body.append(script)`,
    'script-src-elem forbids http://elsewhere.test/x.js',
  ],
  [
    'a handler',
    `document.body.insertAdjacentHTML('beforeend', '<img src=/none.png onerror=alert(1)>')`,
    'script-src-attr forbids inline',
  ],
  ['style', `document.body.setAttribute('style', 'display: none')`, 'style-src-attr forbids inline'],
  [
    'a picture that tells on the reader',
    `new Image().src = 'http://elsewhere.test/pixel.gif'`,
    'img-src forbids http://elsewhere.test/pixel.gif',
  ],
  [
    'a request to elsewhere',
    `fetch('http://elsewhere.test/').catch(() => {})`,
    'connect-src forbids http://elsewhere.test/',
  ],
  [
    'a WebSocket to elsewhere',
    `try { new WebSocket('ws://elsewhere.test/') } catch {}`,
    'connect-src forbids ws://elsewhere.test/',
  ],
  [
    'a page in the page',
    `const frame = document.createElement('iframe'); frame.src = 'http://elsewhere.test/'; document.body.append(frame)`,
    'frame-src forbids http://elsewhere.test',
  ],
  [
    'another base of its addresses',
    `const base = document.createElement('base'); base.href = 'http://elsewhere.test/'; document.head.append(base)`,
    'base-uri forbids http://elsewhere.test',
  ],
] as const;

describe.each(['/', '/open-chat'])('the page at %s', (path) => {
  it('lets none of these in, whoever put it there, and needs none of them itself', async () => {
    const visitor = await browsers.chromium.visitor();
    const { page, trouble } = visitor;
    await page.goto(`${server.url}${path}`);
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await page.evaluate('0');
    expect(trouble.take()).toEqual([]);
    // What the browser says of it besides comes when it comes.
    trouble.expect([/^(console|request): /]);
    for (const [what, attack, stopped] of ATTACKS) {
      const seen: string[] = [];
      await page.evaluate(`(() => { ${attack} })()`);
      await becomes(
        () => {
          seen.push(...trouble.take());
          return { what, seen };
        },
        { what, seen: expect.arrayContaining([expect.stringContaining(`violation: ${stopped}`)]) },
      );
      expect(seen.filter((line) => !line.startsWith('violation: '))).toEqual([]);
    }
    // None of them has opened a dialog, or does so late: nothing else is expected when everybody goes.
    trouble.expect([/^violation: /]);
  });

  it('is nobody’s to put into a page of theirs', async () => {
    const { headers } = await fetch(`${server.url}${path}`);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
