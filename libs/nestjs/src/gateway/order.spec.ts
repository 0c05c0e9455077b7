import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { CARRIERS, GatewayApp } from './app.fixture.js';
import { ManualClock } from './rooms.fixture.js';

let app: GatewayApp;
beforeEach(async () => {
  // No guard takes too long: a busy machine would have it so.
  const clock = new ManualClock();
  app = await GatewayApp.start({ gateway: { rateLimit: false, waitingOperations: 8 }, clock });
});
afterEach(() => app.stop());

const say = (text: unknown) => ({ room: 'chat/cats', name: 'say', data: { text } });
const texts = () => app.rooms.said.map((data) => (data as { text: unknown }).text);

it.each(CARRIERS)('guards that take 30, 20 and 10 ms do not reorder commands over %s', async (_, connect) => {
  app.admission.onCommand = async (_connection, { data }) => {
    await delay((data as { text: number }).text);
  };
  const ann = connect(app, 'ann');
  await ann.ask('join', { room: 'chat/cats' });
  const replies = await Promise.all([30, 20, 10].map((ms) => ann.ask('send', say(ms))));
  expect(texts()).toEqual([30, 20, 10]);
  expect(replies.map((reply) => (reply['position'] as { seq: number }).seq)).toEqual([1, 2, 3]);
});

it.each(CARRIERS)('what follows a slow join in the same breath finds it joined over %s', async (_, connect) => {
  app.admission.onJoin = async () => {
    await delay(20);
  };
  const ann = connect(app, 'ann');
  await ann.next('hello');
  const [join, send, leave, late] = await Promise.all([
    ann.ask('join', { room: 'chat/cats' }),
    ann.ask('send', say('hi')),
    ann.ask('leave', { room: 'chat/cats' }),
    ann.ask('send', say('late')),
  ]);
  expect([join, send, leave].map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(late).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
  expect(texts()).toEqual(['hi']);
});

it.each(CARRIERS)('a signal does not overtake the join before it over %s', async (_, connect) => {
  app.admission.onJoin = async () => {
    await delay(20);
  };
  const ann = connect(app, 'ann');
  await ann.next('hello');
  const joined = ann.ask('join', { room: 'chat/cats' });
  void ann.ask('signal', { room: 'chat/cats', name: 'typing', data: { on: true } }).catch(() => undefined);
  await joined;
  await ann.ask('ping');
  expect(app.rooms.signalled).toEqual([{ on: true }]);
});

it.each(CARRIERS)(
  'commands are pipelined: the next is taken before the last is answered, over %s',
  async (_, connect) => {
    let answer = (): void => undefined;
    app.rooms.reply = () =>
      app.rooms.said.length > 1 ? Promise.resolve({}) : new Promise((resolve) => (answer = () => resolve({})));
    const ann = connect(app, 'ann');
    await ann.ask('join', { room: 'chat/cats' });
    const first = ann.ask('send', say(1));
    expect(await ann.ask('send', say(2))).toMatchObject({ ok: true, position: { seq: 2 } });
    answer();
    expect(await first).toMatchObject({ ok: true, position: { seq: 1 } });
  },
);

it.each(CARRIERS)(
  'fifty connections keep each their own order and do not wait for one another, over %s',
  async (_, connect) => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    app.admission.onCommand = async ({ user }, { data }) => {
      if (user.id === 'u0') await opened;
      await delay(10 - ((data as { text: number }).text % 5) * 2);
    };
    const clients = Array.from({ length: 50 }, (_unused, i) => ({ i, client: connect(app, `u${i}`) }));
    await Promise.all(clients.map(({ client }) => client.ask('join', { room: 'chat/cats' })));
    const [first = [], ...others] = clients.map(({ i, client }) =>
      [0, 1, 2, 3, 4].map((n) => client.ask('send', say(i * 5 + n))),
    );
    // The first is stuck in its guard, and nobody else notices.
    expect((await Promise.all(others.flat())).every(({ ok }) => ok)).toBe(true);
    open();
    await Promise.all(first);
    for (const { i } of clients) {
      const own = texts().filter((n) => Math.floor((n as number) / 5) === i);
      expect(own).toEqual([0, 1, 2, 3, 4].map((n) => i * 5 + n));
    }
  },
);

it.each(CARRIERS)('what is above the bound of waiting operations is answered BUSY over %s', async (_, connect) => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  app.admission.onCommand = () => opened;
  const ann = connect(app, 'ann');
  await ann.ask('join', { room: 'chat/cats' });
  const held = Array.from({ length: 9 }, (_unused, n) => ann.ask('send', say(n)));
  expect(await ann.ask('send', say('too many'))).toMatchObject({
    ok: false,
    error: { code: 'BUSY', retryable: true, retryAfterMs: expect.any(Number) },
  });
  open();
  expect((await Promise.all(held)).every(({ ok }) => ok)).toBe(true);
  expect(texts()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

it.each(CARRIERS)(
  'a guard that never ends costs its own command, which is then never done, over %s',
  async (_, connect) => {
    const clock = new ManualClock();
    const held = await GatewayApp.start({ clock });
    try {
      let end = (): void => undefined;
      let reached = (): void => undefined;
      const asked = new Promise<void>((resolve) => (reached = resolve));
      held.admission.onCommand = (_connection, { data }) => {
        if ((data as { text: unknown }).text !== 'stuck') return Promise.resolve();
        reached();
        return new Promise((resolve) => (end = resolve));
      };
      const ann = connect(held, 'ann');
      await ann.ask('join', { room: 'chat/cats' });
      const stuck = ann.ask('send', say('stuck'));
      const next = ann.ask('send', say('next'));
      await asked;
      clock.advance(5000);
      expect(await stuck).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
      expect(await next).toMatchObject({ ok: true });
      end();
      expect(await ann.ask('ping')).toMatchObject({ ok: true });
      expect(held.rooms.said).toEqual([{ text: 'next' }]);
    } finally {
      await held.stop();
    }
  },
);
