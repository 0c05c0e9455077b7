import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { DESKTOP, PHONE } from './kit/browser.js';
import { ChatBrowsers } from './kit/chat-browsers.js';
import type { ChatPage } from './kit/chat-page.js';
import { login } from './kit/clients.js';
import type { Server } from './kit/server.js';
import { nothingGetsThrough } from './kit/trouble.js';
import { becomes } from './kit/becomes.js';

const browsers = new ChatBrowsers();
let server: Server;
beforeAll(async () => {
  [server] = await Promise.all([browsers.servers.start(), browsers.chromium.start()]);
});
afterAll(() => browsers.close());

const SIZES = { desktop: DESKTOP, phone: PHONE } as const;
const SCHEMES = ['light', 'dark'] as const;

/** What was found at the looks of one test. */
const found: string[] = [];
afterEach(async () => {
  await browsers.leave();
  // After all pictures were taken: one fault hides no other.
  expect(found.splice(0)).toEqual([]);
});

/** The page as it is, in every dress: a picture for people, what axe finds, and what is wider than its window. */
async function look(
  name: string,
  person: ChatPage,
  also: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await person.page.setViewportSize(viewport);
    await also();
    for (const colorScheme of SCHEMES) {
      // What moves from one colour to another has neither.
      await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const dress = `${name}-${size}-${colorScheme}`;
      await person.visitor.screenshot(dress);
      const faults = [...(await person.visitor.faults()), ...(await person.visitor.widerThanItsWindow())];
      found.push(...faults.map((fault) => `${dress}: ${fault}`));
    }
  }
  await person.page.setViewportSize(DESKTOP);
}

it('signing in and choosing a room: axe finds no serious fault in light or dark, on a desktop or a phone', async () => {
  const ann = await browsers.guest(server.url);
  await look('chat-1-sign-in', ann);
  await ann.page.getByRole('button', { name: 'Sign in' }).click();
  await becomes(() => ann.page.getByRole('alert').innerText(), expect.stringContaining('name'));
  await look('chat-2-sign-in-problem', ann);
  await ann.signIn('Ann');
  await look('chat-3-lobby', ann);
  await ann.page.getByRole('textbox', { name: 'Room', exact: true }).fill('no spaces please');
  await ann.page.getByRole('button', { name: 'Open room' }).click();
  await look('chat-4-lobby-problem', ann);
});

it('a room, empty and full, and all that happens in it: axe finds no serious fault in light or dark, on a desktop or a phone', async () => {
  const ann = await browsers.guest(server.url);
  await ann.signIn('Ann', { moderator: true });
  await ann.enter('garden');
  await look('chat-5-empty-room', ann);

  const address = 'chat/garden';
  const ben = await browsers.reader(server.url, address, 'Ben');
  const long = await browsers.reader(
    server.url,
    address,
    'Theodora Konstantinopoulou-Papadimitriou the Younger of Salonika',
  );
  const say = (client: typeof ben, text: string) => client.send(address, 'say', { text });
  await say(ben, 'Morning! Has anybody watered the tomatoes?');
  await ann.say('Yes, an hour ago.');
  await becomes(async () => (await ann.sent()).length, 2);
  await ann.say(
    'They are looking well: first flowers on the south bed, and not a snail in sight since the copper tape went up.',
  );
  await becomes(async () => (await ann.sent()).length, 3);
  await say(long, 'مرحبا، هل يمكنني المساعدة؟');
  await say(long, `A line that does not break: ${'https://example.com/a/very/long/address?'.padEnd(300, 'x')}`);
  await say(ben, 'First line\nsecond line\n\n    and one that is indented');
  await say(ben, 'This one will be removed.');
  await ann.say('A typo heer');
  await becomes(async () => (await ann.sent()).length, 8);
  await ann.edit('A typo heer', 'A typo here');
  await ann.remove('This one will be removed');
  await say(ben, 'Off to the market then. See you all!');
  await ann.page.getByRole('button', { name: 'Mute Theodora' }).click();
  await look('chat-6-dialog', ann);
  await ann.confirm('Mute');
  await becomes(() => {
    // Whoever types says so again and again.
    ben.signal(address, 'typing', { on: true });
    return ann.page.getByText('Ben is typing…').count();
  }, 1);
  await look('chat-7-room', ann, async () => ben.signal(address, 'typing', { on: true }));

  await ann.page.setViewportSize(PHONE);
  await ann.page.getByRole('button', { name: 'Who is here' }).click();
  await look('chat-8-people', ann);
  await ann.page.setViewportSize(PHONE);
  await ann.page.getByRole('button', { name: 'Close' }).click();
  await ann.page.setViewportSize(DESKTOP);
  await ann.press('Edit', 'A typo here');
  await look('chat-9-editing', ann);
  await ann.page.keyboard.press('Escape');

  await browsers.chromium.expecting(nothingGetsThrough(), async () => {
    await ann.visitor.context.setOffline(true);
    await ann.say('Typed while there is no network.');
    await becomes(async () => (await ann.shown()).at(-1)?.state, 'pending');
    await look('chat-10-offline', ann);
    await ann.visitor.context.setOffline(false);
    await ann.isOnline();
  });
});

it('one who is muted, and one who was kicked, are told so: axe finds no serious fault', async () => {
  const ann = await browsers.guest(server.url);
  await ann.signIn('Ann');
  await ann.enter('court');
  const mod = await browsers.reader(server.url, 'chat/court', 'Mod', { role: 'moderator' });
  const user = (await login(server.url, 'Ann')).user.id;
  await mod.send('chat/court', 'mute', { user, minutes: 5 });
  await ann.say('But I did nothing wrong.');
  await becomes(async () => (await ann.shown()).at(-1)?.state, 'failed');
  await look('chat-11-muted', ann);
  await mod.send('chat/court', 'kick', { user });
  await ann.page.getByRole('alert').filter({ hasText: 'removed you' }).waitFor();
  await look('chat-12-kicked', ann);
});
