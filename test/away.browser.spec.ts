import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ChatBrowsers } from './kit/chat-browsers.js';
import { CONNECTIONS, type ChatPage } from './kit/chat-page.js';
import { Line } from './kit/line.js';
import type { Server } from './kit/server.js';
import { nothingGetsThrough } from './kit/trouble.js';
import { becomes } from './kit/becomes.js';
import { eventually, pause } from './kit/within.js';

const browsers = new ChatBrowsers();
let server: Server;
/** Of whoever goes away. */
let line: Line;
beforeAll(async () => {
  [server] = await Promise.all([browsers.servers.start(), browsers.chromium.start()]);
  line = await Line.to(server.url);
});
afterEach(async () => {
  line.mend();
  await browsers.leave();
});
afterAll(async () => {
  await browsers.close();
  await line.close();
});

/** A page that found nobody again and again waits up to ten seconds until it looks again. */
const BACK_WITHIN_MS = 40_000;

const texts = (name: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `#${name}-${from + i}`);

/** All are shown what the room has, each message once, in the room's order, and nothing besides. */
async function agree(room: string, people: readonly ChatPage[], count: number, url = server.url): Promise<void> {
  let order: readonly string[] = [];
  await eventually(`${count} messages in the room`, async () => {
    order = await browsers.order(url, `chat/${room}`);
    return order.length >= count;
  });
  expect(order).toHaveLength(count);
  for (const person of people) {
    await becomes(
      async () => (await person.shown()).map(({ id, state }) => ({ id, state })),
      order.map((id) => ({ id, state: 'sent' })),
    );
    expect(await person.doubles()).toEqual([]);
    // It went on from where it was, and did not begin anew.
    expect(await person.page.getByText('skipped').count()).toBe(0);
  }
}

/** How a browser loses its network, and has it again. */
const OUTAGES = {
  'breaks in the middle': { cable: true, browser: false },
  'falls silent, and the browser knows': { cable: false, browser: true },
  'breaks, and the browser knows': { cable: true, browser: true },
} as const;

describe.each([
  ['WebSocket', 'breaks in the middle'],
  ['MessagePack', 'falls silent, and the browser knows'],
  ['Socket.IO', 'breaks, and the browser knows'],
] as const)('over %s, a network that %s', (connection, outage) => {
  it('costs nobody a message: all said meanwhile, there and elsewhere, is there once and in order', async () => {
    const room = `away-${connection.toLowerCase()}`;
    const [ann, ben, cleo] = await Promise.all([
      browsers.comes(line.url, 'Ann', room, { by: connection }),
      browsers.comes(server.url, 'Ben', room, { by: 'Socket.IO' }),
      browsers.comes(server.url, 'Cleo', room, { by: 'MessagePack' }),
    ]);
    await Promise.all([ann.say(...texts('ann', 3)), ben.say(...texts('ben', 3)), cleo.say(...texts('cleo', 3))]);
    await agree(room, [ann, ben, cleo], 9);

    await browsers.chromium.expecting(nothingGetsThrough(), async () => {
      const { cable, browser } = OUTAGES[outage];
      if (cable) line.cut();
      if (browser) await ann.visitor.context.setOffline(true);
      await eventually('an end of the connection', async () => (await ann.connection()) !== 'online');
      await Promise.all([
        ann.say(...texts('ann', 4, 3)),
        ben.say(...texts('ben', 4, 3)),
        cleo.say(...texts('cleo', 4, 3)),
      ]);
      await becomes(async () => (await ann.shown()).filter(({ state }) => state === 'pending').length, 4);
      await becomes(async () => (await ben.sent()).length, 17);
      line.mend();
      await ann.visitor.context.setOffline(false);
      await ann.isOnline(BACK_WITHIN_MS);
    });
    await Promise.all([ann.say(...texts('ann', 2, 7)), ben.say(...texts('ben', 2, 7))]);
    await agree(room, [ann, ben, cleo], 25);
    // What one says stays in the order it was said.
    const mine = (await ben.texts()).filter((text) => text.startsWith('#ann'));
    expect(mine).toEqual(texts('ann', 9));
  });
});

it('a server killed with -9 and started again under open pages is joined again by all, by itself, without a gap', async () => {
  const env = { DATA_DIR: await browsers.servers.dir() };
  const first = await browsers.servers.start(env);
  const way = await browsers.line(first.url);
  const people = await Promise.all(CONNECTIONS.map(() => browsers.guest(way.url)));
  await Promise.all(
    people.map(async (person, i) => {
      await person.signIn(`Person ${i}`);
      await person.by(CONNECTIONS[i] ?? 'WebSocket');
      await person.enter('killed');
      await person.say(...texts(`p${i}`, 5));
    }),
  );
  await agree('killed', people, 15, way.url);
  await browsers.chromium.expecting(nothingGetsThrough(), async () => {
    const saying = Promise.all(people.map((person, i) => person.say(...texts(`p${i}`, 5, 5))));
    await first.kill();
    await saying;
    for (const person of people)
      await eventually('an end of the connection', async () => (await person.connection()) !== 'online');
    await Promise.all(people.map((person, i) => person.say(...texts(`p${i}`, 3, 10))));
    way.leadTo((await browsers.servers.start(env)).url);
    await Promise.all(people.map((person) => person.isOnline(BACK_WITHIN_MS)));
  });
  await Promise.all(people.map((person, i) => person.say(...texts(`p${i}`, 2, 13))));
  await agree('killed', people, 45, way.url);
  for (const [i] of people.entries()) {
    const said = (await people[0]?.texts())?.filter((text) => text.startsWith(`#p${i}-`));
    expect(said).toEqual(texts(`p${i}`, 15));
  }
});

/** A third of it is what a page has to renew it on a busy machine. */
const TTL_SECONDS = 12;

it('a token that ends is renewed unseen: nothing is asked, nothing reloads, nobody is offline, no message is missed', async () => {
  const ann = await browsers.guest('about:blank');
  let logins = 0;
  await ann.page.route('**/api/login', async (route) => {
    logins += 1;
    const body = route.request().postDataJSON() as object;
    await route.continue({ postData: JSON.stringify({ ...body, ttl: TTL_SECONDS }) });
  });
  await ann.open(server.url);
  await ann.signIn('Ann');
  await ann.enter('renewed');
  const ben = await browsers.comes(server.url, 'Ben', 'renewed');
  const wasOffline = await ann.page.evaluateHandle(`(() => {
    const status = document.querySelector('[role=status][data-connection]');
    const seen = [];
    new MutationObserver(() => seen.push(status.dataset.connection)).observe(status, { attributeFilter: ['data-connection'] });
    window.addEventListener('beforeunload', () => seen.push('reload'));
    return seen;
  })()`);
  const before = logins;
  let said = 0;
  // The first has ended when the third is there.
  await eventually(
    'two more tokens',
    async () => {
      await Promise.all([ann.say(`#ann-${said}`), ben.say(`#ben-${said}`)]);
      said += 1;
      await becomes(async () => (await ann.sent()).length, said * 2);
      await pause(200);
      return logins >= before + 2;
    },
    60_000,
  );
  await agree('renewed', [ann, ben], said * 2);
  expect(await wasOffline.jsonValue()).toEqual([]);
  expect(await ann.connection()).toBe('online');
  expect(await ann.page.getByRole('alert').count()).toBe(0);
});
