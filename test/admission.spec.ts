import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { operationOf, Room, RoomsModule, type Authenticator, type RoomsModuleOptions } from '@greenroom/nestjs';
import { defineRoom, MemoryRoomStore, outputs, roomTypes } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import { Apps, byName } from './kit/app.js';
import { CARRIERS, Clients, login, type Carrier, type ConnectOptions } from './kit/clients.js';
import { RawSocketIo } from './kit/raw-socketio.js';
import { Servers, type Server } from './kit/server.js';
import { within } from './kit/within.js';

const Hall = defineRoom({
  kind: 'hall',
  commands: { say: z.object({ text: z.string() }) },
  events: { said: z.object({ text: z.string() }) },
  signals: { typing: z.object({}) },
});
const out = outputs(Hall);
const machine = setup({ types: roomTypes<typeof Hall, object>() }).createMachine({
  context: {},
  on: { say: { actions: emit(({ event }) => out.said({ text: event.data.text })) } },
});

/** Every operation that guards were asked about. */
const asked: string[] = [];
class Watches implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    asked.push(operationOf(context)?.type ?? '?');
    return true;
  }
}
@Room(Hall, { machine, historyFor: 'all' })
@UseGuards(Watches)
class HallRoom {}

const room = 'hall/a';
const OPERATIONS: readonly (readonly [op: string, body: object])[] = [
  ['join', { room }],
  ['members', { room }],
  ['send', { room, name: 'say', data: { text: 'sneaked in' } }],
  ['signal', { room, name: 'typing', data: {} }],
  ['history', { room }],
  ['leave', { room }],
  ['ping', { t: 1 }],
  ['dance', {}],
];
const WEBSOCKETS = CARRIERS.filter((carrier) => carrier !== 'Socket.IO');
/** Milliseconds that the apps of this spec give to be let in. */
const DEADLINE_MS = 300;

const apps = new Apps();
const clients = new Clients();
const servers = new Servers();
const raws: RawSocketIo[] = [];
let demo: Server;
beforeAll(async () => {
  demo = await servers.start();
});
afterEach(() => {
  clients.close();
  for (const raw of raws.splice(0)) raw.close();
  asked.length = 0;
});
afterAll(() => Promise.all([apps.close(), servers.close()]));

const start = (options: Partial<RoomsModuleOptions> = {}): Promise<string> =>
  apps.start({
    imports: [RoomsModule.forRoot({ store: new MemoryRoomStore(), authenticator: byName, ...options })],
    providers: [HallRoom],
  });
const openRaw = async (url: string): Promise<RawSocketIo> => {
  const raw = await RawSocketIo.open(url);
  raws.push(raw);
  return raw;
};
/** Knows everybody, but says so only when it is told to. */
const slowly = () => {
  let answer = (): void => undefined;
  let arrived = (): void => undefined;
  const told = new Promise<void>((resolve) => (answer = resolve));
  const reached = new Promise<void>((resolve) => (arrived = resolve));
  const authenticator: Authenticator = {
    authenticate: async (attempt) => {
      arrived();
      await told;
      return byName.authenticate(attempt);
    },
  };
  return { authenticator, answer, reached };
};
/** What somebody who comes in now finds: nobody, and nothing said. */
const expectUntouched = async (url: string): Promise<void> => {
  expect(asked).toEqual([]);
  const late = await clients.connect(url, 'ws JSON', { token: 'late' }).opened();
  expect(await late.join(room)).toMatchObject({ count: 1 });
  expect(await late.history(room)).toMatchObject({ events: [] });
};

describe('before admission has ended, nothing that was sent is handled', () => {
  it.each(CARRIERS)('over %s it is held, then done in order', async (carrier) => {
    const { authenticator, answer, reached } = slowly();
    const url = await start({ authenticator });
    const ann = clients.connect(url, carrier, { token: 'ann' });
    const joined = ann.join(room);
    const said = Promise.all(['one', 'two', 'three'].map((text) => ann.send(room, 'say', { text })));
    await within('the authenticator', reached);
    expect([asked, ann.answered]).toEqual([[], 0]);
    answer();
    await joined;
    await said;
    expect(ann.room(room).texts).toEqual(['one', 'two', 'three']);
    expect(ann.pushes[0]?.op).toBe('hello');
  });

  it('over Socket.IO by hand, what does not wait ends the connection', async () => {
    const { authenticator, answer, reached } = slowly();
    const url = await start({ authenticator });
    const raw = await openRaw(url);
    raw.connect({ token: 'ann' });
    for (const [op, body] of OPERATIONS) raw.emit(op, body);
    await within('the authenticator', reached);
    await within('its end', raw.ended);
    answer();
    await expectUntouched(url);
    expect(raw.packets.filter((packet) => packet.startsWith('43'))).toEqual([]);
  });

  it.each(WEBSOCKETS)('over %s it is answered UNAUTHENTICATED until `auth`, then done', async (carrier) => {
    const url = await start();
    const ann = clients.connect(url, carrier);
    const early = await ann.ask('join', { room });
    expect(early).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(await ann.ask('auth', { token: 'ann' })).toMatchObject({ ok: true, user: { id: 'ann' } });
    expect(asked).toEqual([]);
    expect(await ann.join(room)).toMatchObject({ count: 1 });
    await ann.send(room, 'say', { text: 'hi' });
    expect(asked).toEqual(['join', 'command']);
  });
});

describe('without a valid token', () => {
  it.each(WEBSOCKETS)(
    'every operation over %s is refused, and the connection is closed 4401 at the deadline',
    async (carrier) => {
      const clock = new VirtualClock();
      const url = await start({ admissionMs: DEADLINE_MS, clock });
      const nobody = clients.connect(url, carrier);
      for (const [op, body] of OPERATIONS) {
        if (op === 'signal') nobody.signal(room, 'typing', {});
        else
          expect(await nobody.askAnything(op, body)).toMatchObject({
            ok: false,
            error: { code: op === 'dance' ? 'UNKNOWN_OP' : 'UNAUTHENTICATED' },
          });
      }
      await clock.advance(DEADLINE_MS - 1);
      expect(await nobody.ask('ping')).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
      await clock.advance(1);
      expect(await within('its end', nobody.ended)).toMatchObject({ code: 4401 });
      await expectUntouched(url);
    },
  );

  it.each([
    ['nothing', undefined],
    ['a lie', {}],
    ['a bad token', { token: 'BAD' }],
  ])('Socket.IO that says %s is gone at the deadline', async (_, auth) => {
    const url = await start({ admissionMs: DEADLINE_MS });
    const askedAt = performance.now();
    const raw = await openRaw(url);
    if (auth !== undefined) raw.connect(auth);
    await within('its end', raw.ended);
    expect(performance.now() - askedAt).toBeGreaterThan(DEADLINE_MS / 2);
    await expectUntouched(url);
  });

  it.each(OPERATIONS)(
    'Socket.IO that was refused and still asks for %s is not answered, and ended',
    async (op, body) => {
      const url = await start();
      const raw = await openRaw(url);
      raw.connect({ token: 'BAD' });
      raw.emit(op, body);
      await within('its end', raw.ended);
      expect(raw.packets.filter((packet) => packet.startsWith('43'))).toEqual([]);
      await expectUntouched(url);
    },
  );

  it.each(CARRIERS)('a token of nobody is refused over %s', async (carrier) => {
    const { ended } = clients.connect(demo.url, carrier, { token: 'ey.not.one' });
    const reason = carrier === 'Socket.IO' ? { reason: 'UNAUTHENTICATED' } : { code: 4401 };
    expect(await within('its end', ended)).toMatchObject(reason);
  });

  it('the demo gives five seconds on both carriers', async () => {
    const startedAt = performance.now();
    const raw = await openRaw(demo.url);
    const plain = clients.connect(demo.url, 'ws JSON');
    expect(await plain.ask('ping')).toMatchObject({ ok: false });
    const [, { code }] = await Promise.all([within('Socket.IO', raw.ended), within('a WebSocket', plain.ended)]);
    const tookMs = performance.now() - startedAt;
    expect(code).toBe(4401);
    process.stdout.write(`admission: ${Math.round(tookMs)} ms\n`);
    expect(tookMs).toBeGreaterThan(4900);
  });
});

it.each(CARRIERS)('a good token in the query string is refused over %s', async (carrier: Carrier) => {
  const { token } = await login(demo.url, 'Ann');
  const inQuery: ConnectOptions[] = [{ query: { token } }, { query: { token }, token }];
  for (const options of inQuery) {
    const ended = await within('its end', clients.connect(demo.url, carrier, options).ended);
    expect(ended).toMatchObject(carrier === 'Socket.IO' ? { reason: 'UNAUTHENTICATED' } : { code: 4401 });
  }
});

describe.each(CARRIERS)('a token of a few seconds over %s', (carrier) => {
  const end = carrier === 'Socket.IO' ? { reason: 'io server disconnect' } : { code: 4401, reason: 'expired' };

  it('ends its connection, unless it is renewed in time', async () => {
    const [{ token }, { token: another }] = [await login(demo.url, 'Ann'), await login(demo.url, 'Ben')];
    // Some of them go by before it is renewed, on a busy machine more.
    const short = await login(demo.url, 'Ann', { ttl: 6 });
    const open = () => clients.connect(demo.url, carrier, { token: short.token, transports: ['websocket'] }).opened();
    const kept = await open();
    const left = await open();
    expect(await kept.ask('auth', { token: another })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await kept.ask('auth', { token })).toMatchObject({ ok: true, user: { name: 'Ann' } });
    await left.join('chat/brief');
    expect(await within('its end', left.ended)).toMatchObject(end);
    expect(await kept.join('chat/brief')).toMatchObject({ room: 'chat/brief' });
    expect(await kept.ask('ping')).toMatchObject({ ok: true });
    const again = clients.connect(demo.url, carrier, { token: short.token });
    expect(await within('its end', again.ended)).toMatchObject(
      carrier === 'Socket.IO' ? { reason: 'UNAUTHENTICATED' } : { code: 4401 },
    );
  });
});
