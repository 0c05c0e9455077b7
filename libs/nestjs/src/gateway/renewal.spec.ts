import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ForbiddenError } from '@greenroom/rooms';
import { CARRIERS, GatewayApp } from './app.fixture.js';
import { ManualClock } from './rooms.fixture.js';

let app: GatewayApp;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  app = await GatewayApp.start({ clock });
});
afterEach(() => app.stop());

it('a plain WebSocket is closed 4401 when its token ends', async () => {
  const ann = app.plain('ann@9000');
  await ann.ask('join', { room: 'chat/cats' });
  clock.advance(7999);
  expect(await ann.ask('ping')).toMatchObject({ ok: true });
  clock.advance(1);
  expect(await ann.closed).toEqual({ code: 4401, reason: 'expired' });
});

it('Socket.IO is told why in each room, then disconnected, when its token ends', async () => {
  const ann = app.io('ann@9000');
  await ann.ask('join', { room: 'chat/cats' });
  clock.advance(8000);
  expect(await ann.next('closed')).toMatchObject({ room: 'chat/cats', code: 'UNAUTHENTICATED', reason: 'expired' });
  expect(await ann.closed).toBe('io server disconnect');
});

describe.each(CARRIERS)('over %s', (_, connect) => {
  it('auth with a newer token keeps the connection beyond the first', async () => {
    const ann = connect(app, 'ann@9000');
    await ann.next('hello');
    expect(await ann.ask('auth', { token: 'ann@20000' })).toMatchObject({
      ok: true,
      user: { id: 'ann', name: 'ann' },
      expiresAt: 20000,
    });
    clock.advance(10_000);
    expect(await ann.ask('ping')).toMatchObject({ ok: true });
    clock.advance(10_000);
    await ann.closed;
  });

  it('a refused token, and that of another user, change nothing', async () => {
    const ann = connect(app, 'ann@9000');
    await ann.next('hello');
    expect(await ann.ask('auth', { token: 'bad' })).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(await ann.ask('auth', { token: 'ben@99000' })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(app.connections.ofUser('ann')[0]?.user.id).toBe('ann');
    clock.advance(8000);
    await ann.closed;
  });

  it('changed claims are asked for again in every room, and a room that no longer takes them is left', async () => {
    const ann = connect(app, 'ann/admin');
    await ann.ask('join', { room: 'chat/staff', data: { password: 'x' } });
    await ann.ask('join', { room: 'chat/cats' });
    const asked: unknown[] = [];
    app.admission.onJoin = async ({ user }, { address, data }) => {
      asked.push([address, data, user['role']]);
      if (address === 'chat/staff' && user['role'] !== 'admin') throw new ForbiddenError();
    };
    expect(await ann.ask('auth', { token: 'ann/admin' })).toMatchObject({ ok: true });
    expect(asked).toEqual([]);
    expect(await ann.ask('auth', { token: 'ann/guest' })).toMatchObject({ ok: true });
    expect(asked).toEqual([
      ['chat/staff', { password: 'x' }, 'guest'],
      ['chat/cats', undefined, 'guest'],
    ]);
    expect(await ann.next('closed')).toMatchObject({ room: 'chat/staff', code: 'FORBIDDEN' });
    expect(app.rooms.joins).toHaveLength(2);
    expect(app.rooms.refreshed).toEqual([{ room: 'chat/cats', profile: { name: 'ann' } }]);
    const say = { name: 'say', data: { text: 'hi' } };
    expect(await ann.ask('send', { room: 'chat/staff', ...say })).toMatchObject({ error: { code: 'NOT_A_MEMBER' } });
    expect(await ann.ask('send', { room: 'chat/cats', ...say })).toMatchObject({ ok: true });
  });

  it('a connection whose new claims the connect guards refuse is told so and ended', async () => {
    const ann = connect(app, 'ann/admin');
    await ann.next('hello');
    app.admission.onConnect = () => Promise.reject(new ForbiddenError());
    expect(await ann.ask('auth', { token: 'ann/guest' })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    await ann.closed;
  });
});
