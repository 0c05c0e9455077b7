import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DESKTOP, PHONE, type Visitor } from './kit/browser.js';
import { ChatBrowsers } from './kit/chat-browsers.js';
import type { Server } from './kit/server.js';
import { nothingGetsThrough } from './kit/trouble.js';
import { becomes } from './kit/becomes.js';

const browsers = new ChatBrowsers();
let server: Server;
beforeAll(() => browsers.chromium.start());
// All are in one room there: who goes after one test would be told of in the next.
beforeEach(async () => {
  server = await browsers.servers.start();
});
afterEach(() => browsers.leave());
afterAll(() => browsers.close());

/** Each frame that has come in, as it is shown, without the time that stands before it. */
const frames = async ({ page }: Visitor): Promise<readonly string[]> => {
  const lines = await page.getByRole('log', { name: 'Messages' }).getByRole('paragraph').allInnerTexts();
  return lines.map((line) => line.replace(/^\d\d:\d\d\s*/, ''));
};
const press = ({ page }: Visitor, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
const say = async (visitor: Visitor, text: string): Promise<void> => {
  await visitor.page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await press(visitor, 'Send');
};

const visits = async (url = server.url): Promise<Visitor> => {
  const visitor = await browsers.chromium.visitor();
  await visitor.page.goto(`${url}/open-chat`);
  return visitor;
};
const joins = async (visitor: Visitor, name: string): Promise<Visitor> => {
  await visitor.page.getByRole('textbox', { name: 'Name' }).fill(name);
  await press(visitor, 'Join');
  await becomes(async () => (await frames(visitor)).includes(`${name} joined`), true);
  return visitor;
};

it('the open chat welcomes, and tells all of who joins, what they say, the bytes they send, and who leaves', async () => {
  const ann = await joins(await visits(), 'Ann');
  const ben = await joins(await visits(), 'Ben');
  await becomes(() => frames(ann), ['Connected!', 'Ann joined', 'Ben joined']);
  await say(ann, 'hello <b>there</b>');
  await becomes(async () => (await frames(ben)).length, 3);
  await say(ben, '{"type":"leave","user":"Ann"}');
  await becomes(async () => (await frames(ann)).length, 5);
  await press(ann, 'Send bytes');
  for (const visitor of [ann, ben]) {
    const last = [
      'Ann hello <b>there</b>',
      'Ben {"type":"leave","user":"Ann"}',
      expect.stringMatching(/^4 bytes( [0-9a-f]{2}){4}$/),
    ];
    await becomes(async () => (await frames(visitor)).slice(-3), last);
  }
  await press(ben, 'Leave');
  await becomes(async () => (await frames(ann)).at(-1), 'Ben left');
});

it('the open chat says when the connection is gone, and is there again when asked to', async () => {
  const line = await browsers.line(server.url);
  const ann = await joins(await visits(line.url), 'Ann');
  await browsers.chromium.expecting(nothingGetsThrough(), async () => {
    line.cut();
    await ann.page.getByRole('alert').filter({ hasText: 'The connection is gone' }).waitFor();
    line.mend();
  });
  await press(ann, 'Reconnect');
  await becomes(async () => (await frames(ann)).slice(2), ['Disconnected', 'Connected!', 'Ann joined']);
});

it('axe finds no serious fault in the open chat, in light or dark, on a desktop or a phone', async () => {
  const [ann, ben] = [await visits(), await joins(await visits(), 'Ben')];
  const found: string[] = [];
  const look = async (name: string): Promise<void> => {
    for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      await ann.page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark'] as const) {
        // What moves from one colour to another has neither.
        await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await ann.screenshot(`${name}-${size}-${colorScheme}`);
        const faults = [...(await ann.faults()), ...(await ann.widerThanItsWindow())];
        found.push(...faults.map((fault) => `${name}-${size}-${colorScheme}: ${fault}`));
      }
    }
  };
  await look('open-chat-1-before');
  await press(ann, 'Join');
  await look('open-chat-2-problem');
  await joins(ann, 'Ann');
  await say(ben, 'A message that is somewhat longer than the others, so that it has to break somewhere on a phone.');
  await say(ann, 'short');
  await say(ben, 'x'.repeat(200));
  await press(ben, 'Send bytes');
  await becomes(async () => (await frames(ann)).length, 6);
  await look('open-chat-3-talk');
  expect(found).toEqual([]);
});
