import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { becomes } from './kit/becomes.js';
import { ChatBrowsers } from './kit/chat-browsers.js';
import type { ChatPage } from './kit/chat-page.js';
import type { Server } from './kit/server.js';

/** What somebody does between two frames, which on a busy machine is anybody. */

const browsers = new ChatBrowsers();
let server: Server;
beforeAll(async () => {
  [server] = await Promise.all([browsers.servers.start({ RATE_LIMIT: 'off' }), browsers.chromium.start()]);
});
afterEach(() => browsers.leave());
afterAll(() => browsers.close());

const comes = (name: string, room: string): Promise<ChatPage> => browsers.comes(server.url, name, room);

it('what one opens has the focus before anything is drawn: what is typed next is meant for it', async () => {
  const ann = await comes('Ann', 'at-once');
  await ann.say('#said');
  await becomes(async () => (await ann.shown()).map(({ state }) => state), ['sent']);
  // No frame comes from here on: what waits for one is too late for whoever types fast.
  await ann.page.evaluate('requestAnimationFrame = () => 0');
  const opens = (button: string): Promise<string | null> =>
    ann
      .message('#said')
      .getByRole('button', { name: button })
      .evaluate(async (element) => {
        element.click();
        await new Promise((resolve) => setTimeout(resolve));
        return element.ownerDocument.activeElement?.textContent ?? null;
      });
  // The field of the editor begins with what was said; a dialog focuses what comes first in it.
  expect(await opens('Edit')).toBe('#said');
  await ann.page.keyboard.press('Escape');
  expect(await opens('Remove')).toBe('Cancel');
});

/** Does something as soon as the page of whoever signs in is there, before anything of it is drawn. */
const atOnce = ({ page }: ChatPage, what: string): Promise<unknown> =>
  page.evaluate(`{
    // Whatever waits for a frame waits for long.
    requestAnimationFrame = () => 0;
    const { setTimeout: after } = window;
    setTimeout = (run, ms) => after(run, Math.max(ms, 2000));
    new MutationObserver((_, observer) => {
      if (document.querySelector('.chat') === null) return;
      observer.disconnect();
      ${what}
    }).observe(document, { subtree: true, childList: true });
  }`);

it('an address that changes before anything is drawn is gone to', async () => {
  const ann = await browsers.guest(server.url);
  await atOnce(ann, `location.hash = '#foyer'`);
  await ann.signIn('Ann');
  await ann.isIn('foyer');
});

it('a network that is lost before anything is drawn is told of', async () => {
  const ann = await browsers.guest(server.url);
  await atOnce(
    ann,
    `Object.defineProperty(navigator, 'onLine', { get: () => false });
    dispatchEvent(new Event('offline'));`,
  );
  await ann.signIn('Ann');
  await ann.page.getByText('Offline', { exact: true }).waitFor();
});

/** Calls `beforeHeard` with what comes in, before the page is told. */
const HEAR_FIRST = `WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', ({ data }) => globalThis.beforeHeard?.(data));
  }
}`;

it('one who scrolls up just as somebody says something stays where they are', async () => {
  const ben = await browsers.reader(server.url, 'chat/scrolling', 'Ben');
  const says = (text: string) => ben.send('chat/scrolling', 'say', { text });
  for (let i = 0; i < 60; i += 1) await says(`#b-${i}`);
  const ann = await browsers.guest(server.url);
  await ann.page.addInitScript(HEAR_FIRST);
  await ann.open(server.url);
  await ann.signIn('Ann');
  await ann.enter('scrolling');
  await ann.readAll();
  const top = await ann.page.evaluate(`{
    const log = document.querySelector('[role=log]');
    beforeHeard = (data) => {
      if (data.includes('#new')) log.scrollTop = log.scrollHeight / 2;
    };
    log.scrollHeight / 2;
  }`);
  await says('#new');
  await ann.page.getByRole('button', { name: 'New messages' }).waitFor();
  expect(await ann.page.evaluate("document.querySelector('[role=log]').scrollTop")).toBeCloseTo(Number(top), -1);
});

it('the newest stays in view when there is less room at the very moment of a scroll that does not leave it', async () => {
  const ben = await browsers.reader(server.url, 'chat/shrinking', 'Ben');
  for (let i = 0; i < 60; i += 1) await ben.send('chat/shrinking', 'say', { text: `#b-${i}` });
  const ann = await comes('Ann', 'shrinking');
  await ann.readAll();
  await ann.page.evaluate(`{
    document.querySelector('[role=log]').scrollTop -= 1;
    document.querySelector('.below').style.paddingTop = '200px';
  }`);
  await becomes(
    () =>
      ann.page.evaluate(
        "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 48)(document.querySelector('[role=log]'))",
      ),
    true,
  );
});

/** From `hold()` on nothing that the connections of then send arrives, nor their end, until `release()`. */
const SLOW_UPLINK = `{
  const sockets = [];
  WebSocket = class extends WebSocket {
    held = undefined;
    constructor(...args) {
      super(...args);
      sockets.push(this);
    }
    send(data) {
      if (this.held === undefined) super.send(data);
      else this.held.push(() => super.send(data));
    }
    close(code) {
      if (this.held === undefined) super.close(code);
      else this.held.push(() => super.close(code));
    }
  };
  let slow = [];
  globalThis.hold = () => {
    slow = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN);
    for (const socket of slow) socket.held = [];
  };
  globalThis.release = () => {
    for (const socket of slow) for (const go of socket.held) go();
  };
  globalThis.areOver = () => slow.every(({ readyState }) => readyState === WebSocket.CLOSED);
}`;

it('a message that is sent once more while the first one is still on its way is said once', async () => {
  const ann = await browsers.guest(server.url);
  await ann.page.addInitScript(SLOW_UPLINK);
  await ann.open(server.url);
  await ann.signIn('Ann');
  await ann.enter('slow');
  await ann.page.evaluate('hold()');
  await ann.say('#late');
  await ann.by('MessagePack');
  await ann.message('#late').getByRole('button', { name: 'Try again' }).click();
  await becomes(async () => (await ann.shown()).map(({ state }) => state), ['sent']);
  await ann.page.evaluate('release()');
  await becomes(() => ann.page.evaluate('areOver()'), true);
  // Behind whatever else the room has to do.
  await ann.say('#after');
  await becomes(async () => (await ann.shown()).map(({ state }) => state), ['sent', 'sent']);
  await becomes(() => ann.texts(), ['#late', '#after']);
  expect(await browsers.order(server.url, 'chat/slow')).toHaveLength(2);
});
