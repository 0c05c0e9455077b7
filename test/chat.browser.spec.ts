import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, WebSocket as PageSocket } from 'playwright-core';
import { DESKTOP, PHONE } from './kit/browser.js';
import { ChatBrowsers, type Coming } from './kit/chat-browsers.js';
import { CONNECTIONS, type ChatPage } from './kit/chat-page.js';
import type { Server } from './kit/server.js';
import { becomes } from './kit/becomes.js';
import { eventually } from './kit/within.js';

const browsers = new ChatBrowsers();
let server: Server;
beforeAll(async () => {
  // What a test says at once is more than people type.
  [server] = await Promise.all([browsers.servers.start({ RATE_LIMIT: 'off' }), browsers.chromium.start()]);
});
afterEach(() => browsers.leave());
afterAll(() => browsers.close());

const comes = (name: string, room: string, coming?: Coming): Promise<ChatPage> =>
  browsers.comes(server.url, name, room, coming);

const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluateAll((elements) => elements.some((element) => element === element.ownerDocument.activeElement));

const isInView = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= element.ownerDocument.defaultView.innerHeight;
  });

/** Everything that a page would run or load, were it not shown as text. */
const HOSTILE = '#h <img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt; javascript:alert(3)';

describe('three people in three browsers, each by a connection of their own,', () => {
  it('see what each of them says once, in one order, who is here and who goes', async () => {
    const carried: string[] = [];
    const watch = (by: string) => (socket: PageSocket) => {
      const { pathname } = new URL(socket.url());
      socket.once('framereceived', ({ payload }) => {
        carried.push(`${by} ${pathname} ${typeof payload === 'string' ? 'text' : 'bytes'}`);
      });
    };
    const names = ['Ann', 'Ben', 'Cleo'];
    const people = await Promise.all(
      CONNECTIONS.map(async (by, i) => {
        const person = await comes(names[i] ?? '', 'lobby');
        person.page.on('websocket', watch(by));
        await person.by(by);
        // WebSocket is what it was before.
        if (i > 0) await eventually('its connection', () => carried.some((line) => line.startsWith(by)));
        return person.enter('three');
      }),
    );
    expect(carried).toEqual(
      expect.arrayContaining(['MessagePack /rooms bytes', expect.stringMatching(/^Socket\.IO \/socket\.io\/ /)]),
    );
    for (const person of people) await becomes(() => person.here('Ann', 'Ben', 'Cleo'), ['Ann', 'Ben', 'Cleo']);

    await Promise.all(people.map((person, i) => person.say(...[0, 1, 2, 3, 4].map((n) => `#${i}-${n}`))));
    await eventually('all in the room', async () => (await browsers.order(server.url, 'chat/three')).length === 15);
    const order = await browsers.order(server.url, 'chat/three');
    for (const person of people) {
      await becomes(() => person.sent(), order);
      expect(await person.doubles()).toEqual([]);
    }
    await people[2]?.page.getByRole('button', { name: 'Leave' }).click();
    for (const person of people.slice(0, 2)) await becomes(() => person.here('Ann', 'Ben', 'Cleo'), ['Ann', 'Ben']);
  });

  it('changing how one is connected in the middle of talking loses nothing and doubles nothing', async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'changing'), comes('Ben', 'changing')]);
    const said: string[] = [];
    for (const by of [...CONNECTIONS.slice(1), ...CONNECTIONS]) {
      const texts = [0, 1, 2, 3].map((i) => `#ann-${said.length + i}`);
      said.push(...texts);
      await ann.say(...texts.slice(0, 2));
      await ann.choose(by);
      await ann.say(...texts.slice(2));
    }
    await ann.isOnline();
    // What was on its way when its connection was given up may have arrived, or not: it is offered once more if not.
    await eventually('all of it in the room', async () => {
      const again = ann.page.getByRole('button', { name: 'Try again' });
      // It goes by itself when the message turns up.
      if ((await again.count()) > 0)
        await again
          .first()
          .click({ timeout: 500 })
          .catch(() => undefined);
      return (await ann.shown()).every(({ state }) => state === 'sent');
    });
    for (const person of [ann, ben]) await becomes(async () => [...(await person.texts())].sort(), said.toSorted());
    expect(await ben.doubles()).toEqual([]);
  });
});

describe('in a room', () => {
  it('one sees who types, until they send, or think better of it', async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'typing'), comes('Ben', 'typing')]);
    // Nobody is taken to have stopped because some time has passed.
    await ann.page.evaluate('{ const now = Date.now(); Date.now = () => now; }');
    await ben.page.evaluate('setTimeout = () => 0');
    const toldBen = await ben.page.evaluateHandle(`(() => {
      const told = [];
      const where = document.querySelector('.typing');
      new MutationObserver(() => told.push(where.innerText)).observe(where, { subtree: true, childList: true, characterData: true });
      return told;
    })()`);
    const typing = ann.page.getByText('Ben is typing…');
    await ben.box.pressSequentially('hm');
    await typing.waitFor();
    await ben.page.keyboard.press('Enter');
    await typing.waitFor({ state: 'detached' });
    // A message that is still on its way would end what is told meanwhile.
    await ann.message('hm').waitFor();
    await ben.box.pressSequentially('er');
    await typing.waitFor();
    await ben.box.fill('');
    await typing.waitFor({ state: 'detached' });
    // Whatever Ben was told before this, he has been told by now.
    await ann.say('#over');
    await ben.message('#over').waitFor();
    expect(await toldBen.jsonValue()).not.toContainEqual(expect.stringContaining('Ben'));
  });

  it('an edit is seen by all, and is there after a reload; nobody is offered to edit what others said', async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'edits'), comes('Ben', 'edits', { by: 'MessagePack' })]);
    await ann.say('#helo');
    await ben.message('#helo').hover();
    expect(await ben.message('#helo').getByRole('button').count()).toBe(0);
    // A pointer over it brings forth what can be done with it.
    await ann.message('#helo').hover();
    await ann.message('#helo').getByRole('button', { name: 'Edit' }).click({ trial: true });
    await ann.edit('#helo', '#hello');
    for (const person of [ann, ben])
      await becomes(() => person.texts(), [expect.stringMatching(/^#hello \(edited\)$/)]);
    await ben.page.reload();
    await ben.isIn('edits');
    await becomes(() => ben.texts(), [expect.stringMatching(/^#hello \(edited\)$/)]);
  });

  it("the text of one's own message that one removes is gone everywhere, and stays gone after a reload", async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'removes'), comes('Ben', 'removes', { by: 'Socket.IO' })]);
    await ann.say('#kept', '#secret');
    await becomes(() => ben.texts(), ['#kept', '#secret']);
    await ann.remove('#secret');
    for (const person of [ann, ben]) {
      await becomes(() => person.texts(), ['#kept']);
      await person.page.reload();
      await person.isIn('removes');
      await person.readAll();
      await becomes(() => person.texts(), ['#kept']);
      expect(await person.page.content()).not.toContain('secret');
    }
  });

  it('two tabs of one person are one person, who is here until the last of them is closed', async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'tabs'), comes('Ben', 'tabs')]);
    const other = await ann.tab(server.url);
    await other.signIn('Ann');
    await other.enter('tabs');
    await ann.say('#from-one');
    await becomes(() => other.texts(), ['#from-one']);
    await other.say('#from-the-other');
    for (const person of [ann, other, ben]) {
      await becomes(() => person.texts(), ['#from-one', '#from-the-other']);
      await becomes(() => person.here('Ann', 'Ben'), ['Ann', 'Ben']);
    }
    const missing = await ben.missing('Ann');
    await other.page.getByRole('button', { name: 'Leave' }).click();
    // Whoever is in again has left before.
    await other.enter('tabs');
    await other.say('#back');
    await becomes(() => ben.texts(), ['#from-one', '#from-the-other', '#back']);
    expect(await missing()).toEqual([]);
    for (const tab of [other, ann]) await tab.page.getByRole('button', { name: 'Leave' }).click();
    await becomes(() => ben.here('Ann', 'Ben'), ['Ben']);
  });

  it('300 messages are read back to the first by scrolling, each once and in order, without what is read moving', async () => {
    const writer = await browsers.reader(server.url, 'chat/long', 'Writer');
    for (let i = 0; i < 300; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, k) => writer.send('chat/long', 'say', { text: `#w-${i + k}` })));
    const order = await browsers.order(server.url, 'chat/long');
    expect(order).toHaveLength(300);
    const ann = await comes('Ann', 'long');
    // The newest is what one sees first.
    await becomes(() => isInView(ann.message('#w-299')), true);
    while ((await ann.shown()).length < 300) expect(await ann.readBack()).toBeLessThan(2);
    await becomes(() => ann.sent(), order);
    expect(await ann.doubles()).toEqual([]);
  });

  it('whatever is said is shown as the text it is, and runs nothing', async () => {
    const [ann, ben] = await Promise.all([comes('Ann', 'hostile'), comes('<b>Ben</b> "&', 'hostile')]);
    const texts = [
      HOSTILE,
      '#r \u202eright to left\u202c and \u2067back',
      `#long ${'W'.repeat(1994)}`,
      '#e 👩‍👩‍👧‍👦 🏴‍☠️ ❤️‍🔥 é à',
      '#f {{7*7}} ${7*7} %s %d \\n </p></article></div>',
      '#z Z̸͎̆a̷̜͛l̵̲̑g̷̡͂o̷͇̊',
    ];
    await ben.say(...texts);
    for (const person of [ann, ben]) {
      await becomes(() => person.texts(), texts);
      expect(await person.log.locator('img, script, b').count()).toBe(0);
      expect(await person.visitor.widerThanItsWindow()).toEqual([]);
    }
    await becomes(() => ann.people.allInnerTexts(), expect.arrayContaining([expect.stringContaining('<b>Ben</b>')]));
    expect(await ann.page.locator('b').count()).toBe(0);
    // One character more is not sent, and is not lost either.
    await ann.box.fill('x'.repeat(2001));
    await ann.page.keyboard.press('Enter');
    expect(await ann.box.inputValue()).toHaveLength(2001);
    await ann.page.getByText('too many').waitFor();
  });
});

describe('a moderator', () => {
  it('mutes: what the muted one says is refused in words that say why, is not lost, and is seen by nobody', async () => {
    const [mod, ann] = await Promise.all([comes('Mod', 'muting', { moderator: true }), comes('Ann', 'muting')]);
    await ann.say('#before');
    await becomes(() => mod.texts(), ['#before']);
    await mod.page.getByRole('button', { name: 'Mute Ann' }).click();
    await mod.confirm('Mute');
    await ann.page
      .getByText(/^You are muted until \d\d:\d\d/)
      .first()
      .waitFor();
    await ann.say('#not-heard');
    await becomes(async () => (await ann.shown()).map(({ state }) => state), ['sent', 'failed']);
    // Before midnight the day is said, too.
    expect(await ann.message('#not-heard').innerText()).toMatch(/You are muted until \d\d:\d\d( on \d+ \w+)?\./);
    await mod.page.getByRole('button', { name: 'Unmute Ann' }).click();
    await mod.page.getByRole('button', { name: 'Mute Ann' }).waitFor();
    await ann.message('#not-heard').getByRole('button', { name: 'Try again' }).click();
    for (const person of [mod, ann]) await becomes(() => person.texts(), ['#before', '#not-heard']);
    expect(await mod.doubles()).toEqual([]);
  });

  it("removes anybody's message: its text is gone from every page, after a reload and for whoever comes later", async () => {
    const [mod, ann] = await Promise.all([comes('Mod', 'moderated', { moderator: true }), comes('Ann', 'moderated')]);
    await ann.say('#fine', '#offending');
    await ann.edit('#offending', '#offending-again');
    await becomes(() => mod.texts(), ['#fine', expect.stringContaining('#offending-again')]);
    await mod.remove('#offending-again');
    await becomes(() => ann.texts(), ['#fine']);
    const late = await comes('Late', 'moderated');
    for (const person of [mod, ann]) {
      await person.page.reload();
      await person.isIn('moderated');
    }
    for (const person of [mod, ann, late]) {
      await person.readAll();
      await becomes(() => person.texts(), ['#fine']);
      expect(await person.page.content()).not.toContain('offending');
    }
  });

  it('kicks: the kicked one is told why, cannot come back, and the others see them gone', async () => {
    const [mod, ann, ben] = await Promise.all([
      comes('Mod', 'kicking', { moderator: true }),
      comes('Ann', 'kicking'),
      comes('Ben', 'kicking'),
    ]);
    await becomes(() => mod.here('Ann', 'Ben', 'Mod'), ['Ann', 'Ben', 'Mod']);
    expect(await ben.page.getByRole('button', { name: /^(Kick|Mute) / }).count()).toBe(0);
    await mod.page.getByRole('button', { name: 'Kick Ann' }).click();
    await mod.confirm('Kick');
    const told = ann.page.getByRole('alert').filter({ hasText: 'removed you from this room' });
    await told.waitFor();
    for (const person of [mod, ann, ben]) await person.log.getByText('Mod asked Ann to leave.').waitFor();
    for (const person of [mod, ben]) await becomes(() => person.here('Ann', 'Ben', 'Mod'), ['Ben', 'Mod']);
    await ann.page.reload();
    await told.waitFor();
    expect(await ann.box.count()).toBe(0);
  });
});

describe('without a mouse', () => {
  /** Goes on by the tab key to what is to be used next. */
  const tabTo = async ({ page }: ChatPage, target: Locator, key = 'Tab'): Promise<void> => {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await isFocused(target)) return;
      await page.keyboard.press(key);
    }
    throw new Error(`${String(target)} is not reached by ${key}`);
  };
  const focused = ({ page }: ChatPage): Promise<string> =>
    page.evaluate(
      'document.activeElement?.getAttribute("aria-label") || document.activeElement?.id || document.activeElement?.tagName',
    );

  it('one signs in, opens a room, sends, edits, removes, and signs out, and is never left nowhere', async () => {
    const ann = await browsers.guest(server.url);
    const { page } = ann;
    const { keyboard } = page;
    await tabTo(ann, page.getByRole('textbox', { name: 'Name' }));
    await keyboard.type('Ann');
    await tabTo(ann, page.getByRole('checkbox', { name: 'Moderator' }));
    await keyboard.press('Space');
    await keyboard.press('Space');
    await tabTo(ann, page.getByRole('button', { name: 'Sign in' }));
    await keyboard.press('Enter');
    await ann.signOut.waitFor();
    await tabTo(ann, page.getByRole('textbox', { name: 'Room', exact: true }));
    await keyboard.type('keys');
    await keyboard.press('Enter');
    await ann.isIn('keys');
    await tabTo(ann, ann.box);
    await keyboard.type('#one');
    await keyboard.press('Enter');
    await keyboard.type('#two');
    await keyboard.press('Enter');
    await becomes(async () => (await ann.shown()).map(({ state }) => state), ['sent', 'sent']);

    await tabTo(ann, ann.message('#one').getByRole('button', { name: 'Edit' }), 'Shift+Tab');
    await keyboard.press('Enter');
    await becomes(() => isFocused(page.getByRole('textbox', { name: 'New text' })), true);
    await keyboard.press('Control+A');
    await keyboard.type('#first');
    await keyboard.press('Enter');
    await becomes(() => ann.texts(), ['#first (edited)', '#two']);
    expect(await focused(ann)).not.toBe('BODY');

    // The last of one's own is nearer than that.
    await tabTo(ann, ann.box);
    await keyboard.press('ArrowUp');
    await becomes(() => isFocused(page.getByRole('textbox', { name: 'New text' })), true);
    await keyboard.press('Escape');
    await becomes(() => isFocused(ann.box), true);

    await tabTo(ann, ann.message('#two').getByRole('button', { name: 'Remove' }), 'Shift+Tab');
    await keyboard.press('Enter');
    await tabTo(ann, page.getByRole('dialog').getByRole('button', { name: 'Remove' }));
    await keyboard.press('Enter');
    await becomes(() => ann.texts(), ['#first (edited)']);
    await becomes(async () => (await focused(ann)) !== 'BODY', true);
    await tabTo(ann, ann.signOut, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await becomes(() => isFocused(page.getByRole('textbox', { name: 'Name' })), true);
  });
});

describe('on a phone', () => {
  it('one picks a room, talks, sees who is here, and goes back, and nothing is wider than the screen', async () => {
    const ann = await browsers.guest(server.url, { viewport: PHONE, hasTouch: true, isMobile: true });
    const ben = await comes('Ben', 'phone');
    await ann.signIn('Ann');
    await ann.enter('phone');
    await ann.say(`#phone ${'long'.repeat(100)}`);
    await ben.say('#desktop');
    await becomes(async () => (await ann.texts()).length, 2);
    expect(await ann.visitor.widerThanItsWindow()).toEqual([]);
    expect(await ann.people.first().isVisible()).toBe(false);
    await ann.page.getByRole('button', { name: 'Who is here' }).tap();
    await becomes(() => ann.here('Ann', 'Ben'), ['Ann', 'Ben']);
    expect(await ann.visitor.widerThanItsWindow()).toEqual([]);
    // Turned, or made wider, the list of people stands beside the talk.
    await ann.page.setViewportSize(DESKTOP);
    await becomes(async () => {
      const { x = 0, y = 0 } = (await ann.people.first().boundingBox()) ?? {};
      return [x > DESKTOP.width / 2, y < DESKTOP.height / 2];
    }, [true, true]);
    await ann.page.setViewportSize(PHONE);
    await ann.page.getByRole('button', { name: 'Close' }).tap();
    // What a pointer brings forth elsewhere, a tap does here.
    await ann.message('#phone').tap();
    await ann.message('#phone').getByRole('button', { name: 'Remove' }).tap();
    await ann.confirm('Remove');
    await becomes(() => ben.texts(), ['#desktop']);
    await ann.page.getByRole('link', { name: 'All rooms' }).tap();
    await ann.page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  });
});
