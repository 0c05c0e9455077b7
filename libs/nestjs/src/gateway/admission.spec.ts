import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { ForbiddenError, MemoryUsers } from '@greenroom/rooms';
import { CARRIERS, GatewayApp, type AppOptions, until } from './app.fixture.js';
import { ManualClock } from './rooms.fixture.js';
import { Reception } from './reception.js';
import { RoomsGateway } from './rooms.gateway.js';

let app: GatewayApp;
afterEach(() => app.stop());
const start = async (options: AppOptions = {}): Promise<GatewayApp> => {
  app = await GatewayApp.start(options);
  return app;
};

/** A promise and what settles it. */
function gate() {
  let open = (): void => undefined;
  let arrived = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (arrived = resolve));
  return { open, reached, pass: () => (arrived(), opened) };
}

describe('a plain WebSocket', () => {
  it('is authenticated by its first frames: hello, then auth', async () => {
    await start();
    const ann = app.plain(undefined);
    expect(await ann.ask('hello', { v: 1, caps: ['x'], device: 'phone' })).toMatchObject({ ok: true, v: 1, caps: [] });
    expect(await ann.ask('auth', { token: 'ann@99999999999999' })).toMatchObject({
      ok: true,
      user: { id: 'ann', name: 'ann' },
      expiresAt: 99999999999999,
    });
    expect(await ann.next('hello')).toMatchObject({ v: 1 });
    expect(app.connections.ofUser('ann')[0]?.handshake).toMatchObject({
      auth: { v: 1, caps: ['x'], device: 'phone' },
      address: '127.0.0.1',
      url: '/rooms',
    });
    expect(JSON.stringify(app.connections.ofUser('ann')[0]?.handshake.auth)).not.toContain('token');
  });

  it('is answered UNAUTHENTICATED for anything before auth, and nothing is done', async () => {
    await start();
    const ann = app.plain(undefined);
    for (const op of ['join', 'send', 'ping'])
      expect(await ann.ask(op, { room: 'chat/cats', name: 'say' })).toMatchObject({
        ok: false,
        error: { code: 'UNAUTHENTICATED' },
      });
    expect(await ann.ask('auth', { token: 'ann' })).toMatchObject({ ok: true });
    expect(app.rooms.joins).toEqual([]);
  });

  it('is closed 4401 after the deadline without a token, and while a guard hangs', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const hanging = gate();
    app.admission.onConnect = hanging.pass;
    const silent = app.plain(undefined);
    const waiting = app.plain('ben');
    await Promise.all([silent.opened, waiting.opened, hanging.reached]);
    clock.advance(5000);
    expect(await silent.closed).toMatchObject({ code: 4401 });
    expect(await waiting.closed).toMatchObject({ code: 4401 });
    hanging.open();
    await new Promise(setImmediate);
    expect(app.connections.size).toBe(0);
  });

  it('has what it sends while guards are asked held, and done in order after', async () => {
    await start();
    const guard = gate();
    app.admission.onConnect = guard.pass;
    const ann = app.plain(undefined);
    const auth = ann.ask('auth', { token: 'ann' });
    const join = ann.ask('join', { room: 'chat/cats' });
    const send = ann.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'hi' } });
    await guard.reached;
    expect(app.rooms.joins).toEqual([]);
    guard.open();
    expect((await Promise.all([auth, join, send])).map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(ann.pushes.all[0]).toMatchObject({ op: 'hello' });
  });

  it('is closed 4401 for a 17th frame before it is let in', async () => {
    await start();
    app.admission.onConnect = gate().pass;
    const ann = app.plain('ann');
    await ann.opened;
    for (let i = 0; i < 17; i += 1) void ann.ask('ping');
    expect(await ann.closed).toMatchObject({ code: 4401 });
    expect(app.rooms.sessions).toEqual([]);
  });

  it.each([
    ['a bad token', 4401, 'bad'],
    ['a token for the system itself', 4401, 'system'],
    ['a token that has ended', 4401, 'ann@1'],
  ])('is closed for %s (%d)', async (_, code, token) => {
    await start();
    expect(await app.plain(token).closed).toMatchObject({ code });
    const late = app.plain(undefined);
    expect(await late.ask('auth', { token })).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(await late.closed).toMatchObject({ code });
  });

  it('is closed 4403 when a connect guard refuses, 1011 when one fails', async () => {
    await start();
    app.admission.onConnect = () => Promise.reject(new ForbiddenError());
    expect(await app.plain('ann').closed).toMatchObject({ code: 4403 });
    app.admission.onConnect = () => Promise.reject(new Error('a bug'));
    expect(await app.plain('ann').closed).toMatchObject({ code: 1011 });
    expect(app.rooms.sessions).toEqual([]);
  });

  it('is closed 4401 for a token in the query string, however good', async () => {
    await start();
    expect(await app.plain('ann', { path: '/rooms?token=ann' }).closed).toMatchObject({ code: 4401 });
    expect(app.authenticator.asked).toEqual([]);
  });

  it('is closed 4400 for another version, before and after it is let in', async () => {
    await start();
    const ann = app.plain(undefined);
    expect(await ann.ask('hello', { v: 2 })).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    expect(await ann.closed).toMatchObject({ code: 4400 });
    const ben = app.plain('ben');
    await ben.next('hello');
    expect(await ben.ask('hello', { v: 2 })).toMatchObject({ ok: false });
    expect(await ben.closed).toMatchObject({ code: 4400 });
  });

  it('is closed 4429 as the 21st of a user or the 101st of an address; a closed one makes room', async () => {
    await start();
    const anns = Array.from({ length: 20 }, () => app.plain('ann'));
    await Promise.all(anns.map((ann) => ann.next('hello')));
    expect(await app.plain('ann').closed).toMatchObject({ code: 4429 });
    const others = Array.from({ length: 80 }, (_, i) => app.plain(`u${i}`));
    await Promise.all(others.map((other) => other.next('hello')));
    expect(await app.plain('one-more').closed).toMatchObject({ code: 4429 });
    anns[0]?.socket.close();
    await anns[0]?.closed;
    expect(await app.plain('ann').next('hello')).toMatchObject({ v: 1 });
  });

  it('that stays silent after a ping is ended; one that answers is not', async () => {
    const clock = new ManualClock();
    await start({ clock });
    const alive = app.plain('ann');
    const dead = app.plain('ben', { ws: { autoPong: false } });
    await Promise.all([alive.next('hello'), dead.next('hello')]);
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    clock.advance(25_000);
    await pinged;
    // Its pong is before this on the wire, which is answered below all that would count as a sign of life.
    alive.socket.ping();
    await once(alive.socket, 'pong');
    clock.advance(20_000);
    expect(await dead.closed).toMatchObject({ code: 1006 });
    expect(await alive.ask('ping')).toMatchObject({ ok: true });
  });
});

describe('Socket.IO', () => {
  it('takes a token from auth or the Authorization header, and keeps it out of the handshake', async () => {
    await start();
    const ann = app.io(undefined, { auth: { token: 'ann', device: 'phone' } });
    const ben = app.io(undefined, { extraHeaders: { authorization: 'Bearer ben' } });
    expect(await Promise.all([ann.opened, ben.opened])).toEqual(['open', 'open']);
    expect(app.connections.ofUser('ann')[0]?.handshake.auth).toEqual({ device: 'phone' });
    expect(app.connections.ofUser('ben')).toHaveLength(1);
  });

  it.each([
    ['no token', {}, 'UNAUTHENTICATED'],
    ['a bad token', { auth: { token: 'bad' } }, 'UNAUTHENTICATED'],
    ['a token that is no text', { auth: { token: { a: 1 } } }, 'UNAUTHENTICATED'],
    ['a token in the query string', { auth: { token: 'ann' }, query: { token: 'ann' } }, 'UNAUTHENTICATED'],
    ['another version', { auth: { token: 'ann', v: 2 } }, 'BAD_FRAME'],
    ['an auth that is too large', { auth: { token: 'ann', x: Array.from({ length: 1001 }, () => 0) } }, 'TOO_LARGE'],
  ])('is refused with connect_error for %s', async (_, options, code) => {
    await start();
    expect(await app.io(undefined, options).opened).toBe(code);
    expect(app.rooms.sessions).toEqual([]);
  });

  it('is refused by a connect guard, after the deadline, and as one too many', async () => {
    const clock = new ManualClock();
    await start({ clock, gateway: { connectionsPerUser: 1 } });
    app.admission.onConnect = () => Promise.reject(new ForbiddenError());
    expect(await app.io('ann').opened).toBe('FORBIDDEN');
    const hanging = gate();
    app.admission.onConnect = hanging.pass;
    const waiting = app.io('ann');
    await hanging.reached;
    clock.advance(5000);
    expect(await waiting.opened).toBe('UNAUTHENTICATED');
    hanging.open();
    app.admission.onConnect = () => Promise.resolve();
    await new Promise(setImmediate);
    expect(await app.io('ann').opened).toBe('open');
    expect(await app.io('ann').opened).toBe('RATE_LIMITED');
  });

  it('has nothing handled that is sent before it is let in', async () => {
    await start();
    const guard = gate();
    app.admission.onConnect = guard.pass;
    const ann = app.io('ann');
    const join = ann.ask('join', { room: 'chat/cats' });
    await guard.reached;
    expect(app.rooms.joins).toEqual([]);
    guard.open();
    expect(await join).toMatchObject({ ok: true });
    expect(ann.pushes.all[0]).toMatchObject({ op: 'hello' });
  });

  it('whose transport is let into no namespace by the deadline loses it', async () => {
    await start({ gateway: { admissionMs: 100 } });
    // A stock client closes by itself once it is refused.
    const engine = new WebSocket(`ws://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=websocket`);
    await once(engine, 'message');
    engine.send('40/rooms,{"token":"bad"}');
    await once(engine, 'close');
  });

  it('disconnects what did not pass, if a gateway class forgets the middleware', async () => {
    @Injectable()
    @WebSocketGateway({ namespace: '/rooms' })
    class Forgetful extends RoomsGateway {
      override afterInit(): void {}
    }
    await start({ gatewayClass: Forgetful });
    const ann = app.io('ann');
    expect(await ann.closed).toBe('io server disconnect');
    expect(app.rooms.sessions).toEqual([]);
  });
});

it.each(CARRIERS)('losing the socket drops the sessions and forgets the connection, over %s', async (_, connect) => {
  await start();
  const ann = connect(app, 'ann');
  await ann.ask('join', { room: 'chat/cats' });
  const [connection] = app.connections.ofUser('ann');
  ann.socket.close();
  await until(() => connection?.isOpen === false);
  await Promise.resolve();
  expect(app.rooms.dropped).toEqual(['ann']);
  expect(app.connections.size).toBe(0);
});

it.each(CARRIERS)('disconnectUser ends that user and nobody else, over %s', async (_, connect) => {
  await start();
  const [ann, again, ben] = [connect(app, 'ann'), connect(app, 'ann'), connect(app, 'ben')];
  await Promise.all([ann, again, ben].map((client) => client.ask('join', { room: 'chat/cats' })));
  expect(app.connections.disconnectUser('ann', 'banned')).toBe(2);
  await Promise.all([ann.closed, again.closed]);
  expect(await ben.ask('ping')).toMatchObject({ ok: true });
});

it.each(CARRIERS)('who is gone while they are counted counts no more, over %s', async (_, connect) => {
  const counting = gate();
  class SlowUsers extends MemoryUsers {
    override async enter(user: string, limit: number): Promise<boolean> {
      const isIn = await super.enter(user, limit);
      await counting.pass();
      return isIn;
    }
  }
  const users = new SlowUsers();
  await start({ users, gateway: { connectionsPerAddress: 1, connectionsPerUser: 1 } });
  const { socket } = connect(app, 'ann');
  await counting.reached;
  socket.close();
  const reception = app.app.get(Reception);
  await until(() => !reception.isFull('127.0.0.1'));
  counting.open();
  let again = await users.enter('ann', 1);
  for (let round = 0; round < 100 && !again; round += 1) {
    await new Promise(setImmediate);
    again = await users.enter('ann', 1);
  }
  expect(again).toBe(true);
  expect(app.connections.size).toBe(0);
});
