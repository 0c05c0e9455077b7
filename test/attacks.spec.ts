import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RoomsModule, RoomsService, type RoomsModuleOptions } from '@greenroom/nestjs';
import type { Reply, ReplyBodies } from '@greenroom/protocol';
import { MemoryRoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { byAnyName, PlazaRoom, Vault, VaultRoom } from './attacks.fixture.js';
import { carrierOf, CARRIERS, Clients, login, type Carrier } from './kit/clients.js';
import type { Client } from './kit/client.js';
import { Servers, type Server } from './kit/server.js';
import { pause, within } from './kit/within.js';

const clients = new Clients();
const servers = new Servers();
const apps: INestApplication[] = [];
/** The demo, and without limits. */
let demo: Server;
beforeAll(async () => {
  demo = await servers.start({ RATE_LIMIT: 'off', LOG_LEVEL: 'trace' });
});
afterEach(async () => {
  clients.close();
  await Promise.all(apps.splice(0).map((app) => app.close()));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
afterAll(() => servers.close());

const start = async (options: Partial<RoomsModuleOptions> = {}): Promise<{ url: string; app: INestApplication }> => {
  @Module({
    imports: [RoomsModule.forRoot({ store: new MemoryRoomStore(), authenticator: byAnyName, ...options })],
    providers: [PlazaRoom, VaultRoom],
  })
  class App {}
  const app = await NestFactory.create(App, { logger: false, abortOnError: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), app };
};
const open = (url: string, carrier: Carrier, token: string, headers = {}): Promise<Client> =>
  clients.connect(url, carrier, { token, headers, transports: ['websocket'] }).opened();

/** Messages of one client's that are on their way at the same time. */
const LANES = 10;
/** What every object has a value for, if one asks it carelessly. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

describe('a name that every object has is a name like any other', () => {
  it('for users, rooms, commands, events and command ids, over every carrier and after a restart', async () => {
    const dir = await servers.dir();
    const first = await start({ store: await openLmdbStore({ dir }) });
    const room = 'plaza/constructor';
    const people = await Promise.all(INHERITED.map((id, n) => open(first.url, carrierOf(n), id)));
    for (const person of people) await person.join(room);
    const sent = await Promise.all(
      people.map((person, n) => person.send(room, 'constructor', { text: INHERITED[n] ?? '' }, INHERITED[n])),
    );
    for (const [n, person] of people.entries()) {
      expect(await person.send(room, 'constructor', { text: 'again' }, INHERITED[n])).toEqual({
        ok: true,
        ...sent[n],
        duplicate: true,
      });
      await person.when('all events', () => person.room(room).texts.length === INHERITED.length);
      const told = person.room(room).events.map(({ name, by }) => [name, by?.id]);
      expect(new Set(told.map(String))).toEqual(new Set(INHERITED.map((id) => `constructor,${id}`)));
      expect(told).toHaveLength(INHERITED.length);
    }
    const { members } = await (people[0] as Client).members(room);
    expect(members.map(({ id }) => id).sort()).toEqual([...INHERITED].sort());
    clients.close();
    await first.app.close();
    apps.length = 0;

    const second = await start({ store: await openLmdbStore({ dir }) });
    const back = await open(second.url, 'ws JSON', '__proto__');
    await back.join(room);
    expect(await back.send(room, 'constructor', { text: 'again' }, '__proto__')).toMatchObject({
      duplicate: true,
      position: sent[0]?.position,
    });
  });

  it.each(CARRIERS)('where there is nothing of that name, there is nothing, over %s', async (carrier) => {
    const { url } = await start();
    const eve = await open(url, carrier, 'eve');
    await eve.join('plaza/a');
    for (const name of INHERITED) {
      const code = async (op: string, body: object): Promise<unknown> => {
        const reply = await eve.askAnything(op, body);
        return reply.ok ? 'ok' : reply.error.code;
      };
      expect(await code(name, { room: 'plaza/a' })).toBe('UNKNOWN_OP');
      expect(await code('join', { room: `${name}/a` })).toMatch(/UNKNOWN_KIND|BAD_ADDRESS/);
      expect(await code('join', { room: name })).toBe('BAD_ADDRESS');
      if (name !== 'constructor')
        expect(await code('send', { room: 'plaza/a', name, data: { text: 'x' } })).toBe('UNKNOWN_COMMAND');
      const { session } = await eve.join('plaza/b', { session: name, since: { epoch: 1, seq: 1 } });
      expect(session).not.toBe(name);
    }
  });
});

describe.each(CARRIERS)('over %s', (carrier) => {
  it("a room of Socket.IO's is none of ours: nobody joins another's own", async () => {
    const { url } = await start();
    const victim = await open(url, 'Socket.IO', 'victim');
    await victim.join('plaza/private');
    const eve = await open(url, carrier, 'eve');
    for (const room of [
      'greenroom:user:victim',
      'greenroom:room:plaza/private',
      'plaza/private ',
      'plaza/private/../private',
      '*',
    ])
      expect(await eve.ask('join', { room })).toMatchObject({ ok: false, error: { code: 'BAD_ADDRESS' } });
    await victim.send('plaza/private', 'say', { text: 'secret' });
    expect(await eve.ask('ping', { t: 1 })).toMatchObject({ ok: true });
    expect(eve.pushes.map(({ op }) => op)).toEqual(['hello']);
  });

  it("a session's secret opens nothing for anybody else, and takes nothing away", async () => {
    const { url } = await start();
    const bob = await open(url, 'ws JSON', 'bob');
    const { session, position } = await bob.join('plaza/a');
    await bob.send('plaza/a', 'say', { text: 'before eve came' });
    const eve = await open(url, carrier, 'eve');
    const stolen = await eve.join('plaza/a', { session, since: position });
    expect(stolen).toMatchObject({ me: { id: 'eve' }, recovered: false });
    expect(stolen.session).not.toBe(session);
    expect(await eve.history('plaza/a')).toMatchObject({ events: [] });
    await bob.send('plaza/a', 'say', { text: 'still here' });
    await bob.when('an event', () => bob.room('plaza/a').texts.includes('still here'));
    const again = await open(url, carrier, 'bob');
    expect(await again.join('plaza/a', { session, since: position })).toMatchObject({ recovered: true });
  });

  it('nobody speaks before they are in, after they have left, or in the name of another', async () => {
    const { url } = await start();
    const ann = await open(url, 'ws JSON', 'ann');
    await ann.join('plaza/a');
    const eve = await open(url, carrier, 'eve');
    const forged = { by: { id: 'ann' }, from: 'ann', user: { id: 'ann' }, as: 'ann', at: 0, seq: 1, epoch: 9 };
    const say = { room: 'plaza/a', name: 'say', data: { text: 'I am ann', ...forged }, ...forged };
    expect(await eve.ask('send', say)).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
    await eve.join('plaza/a');
    expect(await eve.ask('send', say)).toMatchObject({ ok: true });
    await eve.ask('leave', { room: 'plaza/a' });
    expect(await eve.ask('send', say)).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
    await ann.send('plaza/a', 'say', { text: 'and I am' });
    await ann.when('both', () => ann.room('plaza/a').events.length === 2);
    expect(ann.room('plaza/a').events).toMatchObject([
      { data: { text: 'I am ann' }, by: { id: 'eve', name: 'eve' } },
      { data: { text: 'and I am' }, by: { id: 'ann' } },
    ]);
  });

  it('a command id is of its member: nobody can use up those of another', async () => {
    const { url } = await start();
    const [ann, eve] = [await open(url, 'ws JSON', 'ann'), await open(url, carrier, 'eve')];
    for (const each of [ann, eve]) await each.join('plaza/a');
    const { position } = await eve.send('plaza/a', 'say', { text: 'first' }, 'ann:1');
    const own = await ann.send('plaza/a', 'say', { text: 'mine' }, 'ann:1');
    expect(own.position.seq).toBe(position.seq + 1);
    expect(own).not.toHaveProperty('duplicate');
  });

  it('text that turns, hides or breaks text around it arrives as it was, live and from history, everywhere', async () => {
    const { url } = await start();
    const all = await Promise.all(CARRIERS.map((each) => open(url, each, each.replaceAll(/\W/g, ''))));
    for (const each of all) await each.join('plaza/a');
    const texts = [
      '\ufeffBOM',
      '\u202eRTL\u2066',
      '\u0000NUL',
      '\r\n\u001b[31mred',
      'ﬀ𝕏é',
      '\u2028\u2029',
      '$bytes',
      '\ud83d\ude00',
    ];
    const sender = all[CARRIERS.indexOf(carrier)] as Client;
    for (const text of texts) await sender.send('plaza/a', 'say', { text });
    for (const each of all) {
      await each.when('all', () => each.room('plaza/a').texts.length === texts.length);
      expect(each.room('plaza/a').texts).toEqual(texts);
      const { events } = await each.history('plaza/a');
      expect(events).toEqual(each.room('plaza/a').events);
    }
  });

  it('half a character is refused: no two encodings would make the same of it', async () => {
    const { url } = await start();
    const eve = await open(url, carrier, 'eve');
    await eve.join('plaza/a');
    const bad = { ok: false, error: { code: 'BAD_FRAME', message: 'Text must be of whole characters' } };
    // MessagePack has no way to write it, so bytes that are none of UTF-8 come, and are U+FFFD to everybody.
    const expected = carrier === 'ws msgpack' ? { ok: true } : bad;
    expect(await eve.ask('send', { room: 'plaza/a', name: 'say', data: { text: 'a\ud800b' } })).toMatchObject(expected);
    expect(await eve.ask('send', { room: 'plaza/a', name: 'say', data: { text: '', '\udc00': 1 } })).toMatchObject(
      expected,
    );
    for (const text of eve.room('plaza/a').texts) expect(text?.isWellFormed()).toBe(true);
  });

  it('X-Forwarded-For says who one is to nobody, unless a proxy of ours has written it', async () => {
    const spoofed = async (url: string, n: number) => {
      const client = clients.connect(url, carrier, {
        token: 'eve',
        headers: { 'x-forwarded-for': `9.9.9.${n}, 8.8.8.8` },
      });
      return Promise.race([client.opened().then(() => 'let in'), client.ended.then(() => 'refused')]);
    };
    for (const trustProxy of [0, 1]) {
      const { url } = await start({ connectionsPerAddress: 2, trustProxy });
      expect([await spoofed(url, 1), await spoofed(url, 2), await spoofed(url, 3)]).toEqual([
        'let in',
        'let in',
        'refused',
      ]);
      clients.close();
    }
  });

  it('a room that is missing and one that is forbidden are answered alike, whatever is asked', async () => {
    const { url, app } = await start();
    const rooms = app.get(RoomsService);
    for (const id of ['guarded', 'thrown']) await rooms.create(Vault, {}, id);
    const eve = await open(url, carrier, 'eve');
    const missing = await eve.ask('join', { room: 'vault/missing' });
    expect(missing).toMatchObject({ ok: false, error: { code: 'FORBIDDEN', message: 'That is not allowed.' } });
    expect(missing).not.toHaveProperty('error.reason');
    for (const id of ['guarded', 'thrown', 'missing'])
      expect(await eve.ask('join', { room: `vault/${id}`, params: {} })).toEqual(missing);
    const asked = [
      ['members', {}],
      ['history', {}],
      ['leave', {}],
      ['send', { name: 'say', data: { text: 'x' } }],
    ] as const;
    for (const [op, body] of asked) {
      const [there, gone] = [
        await eve.ask(op, { room: 'vault/guarded', ...body }),
        await eve.ask(op, { room: 'vault/missing', ...body }),
      ];
      expect(there).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
      expect(gone).toEqual(there);
    }
  });

  it('a kick amid messages without end: none of them is accepted behind it', async () => {
    const [mod, eve] = [await login(demo.url, 'Mod', { role: 'moderator' }), await login(demo.url, `Eve ${carrier}`)];
    const room = `chat/kicked-${CARRIERS.indexOf(carrier)}`;
    const judge = await open(demo.url, 'ws JSON', mod.token);
    await judge.join(room);
    const flooder = await open(demo.url, carrier, eve.token);
    await flooder.join(room);
    let n = 0;
    /** One after the other until one is refused: however long the kick is on its way. */
    const lane = async (replies: Reply<ReplyBodies['send']>[] = []): Promise<typeof replies> => {
      await pause(10);
      const reply = await flooder.ask('send', { room, name: 'say', data: { text: `flood ${(n += 1)}` } });
      replies.push(reply);
      return reply.ok ? lane(replies) : replies;
    };
    const flood = Array.from({ length: LANES }, () => lane());
    await judge.when('a part of it', () => judge.room(room).texts.length > 20);
    const { position } = await judge.send(room, 'kick', { user: eve.user.id });
    const replies = (await within('a refusal of each', Promise.all(flood))).flat();
    const accepted = replies.flatMap((reply) => (reply.ok ? [reply.position.seq] : []));
    const refused = replies.flatMap((reply) => (reply.ok ? [] : [reply.error.code]));
    expect(refused).toHaveLength(LANES);
    expect(Math.max(...accepted)).toBeLessThan(position.seq);
    const { events } = await judge.history(room, { limit: 1000 });
    const theirs = events.filter(({ by }) => by?.id === eve.user.id).map(({ seq }) => seq);
    expect(theirs).toEqual([...accepted].sort((a, b) => a - b));
    expect(await flooder.ask('join', { room })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    const again = await open(demo.url, carrier, eve.token);
    expect(await again.ask('join', { room })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  it('what a moderator may is what the newest token says, decided when it is done', async () => {
    const asMod = await login(demo.url, `Mo ${carrier}`, { role: 'moderator' });
    const asMember = await login(demo.url, `Mo ${carrier}`);
    const bob = await login(demo.url, 'Bob');
    const room = `chat/demoted-${CARRIERS.indexOf(carrier)}`;
    const mo = await open(demo.url, carrier, asMod.token);
    await mo.join(room);
    const muteBob = () => mo.ask('send', { room, name: 'mute', data: { user: bob.user.id, minutes: 1 } });
    expect(await muteBob()).toMatchObject({ ok: true });
    expect(await mo.ask('auth', { token: asMember.token })).toMatchObject({ ok: true });
    expect(await muteBob()).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await mo.ask('auth', { token: asMod.token })).toMatchObject({ ok: true });
    expect(await muteBob()).toMatchObject({ ok: true });
  });

  it('who is disconnected by the server is gone from every room at once, with all their connections', async () => {
    const { url, app } = await start();
    const [eve, twin, ann] = [
      await open(url, carrier, 'eve'),
      await open(url, 'ws JSON', 'eve'),
      await open(url, carrier, 'ann'),
    ];
    for (const each of [eve, twin, ann]) await each.join('plaza/a');
    await app.get(RoomsService).disconnect('eve', 'revoked');
    const late = eve.ask('send', { room: 'plaza/a', name: 'say', data: { text: 'one more' } }).catch(() => 'lost');
    await within('their end', Promise.all([eve.ended, twin.ended]));
    expect(await late).toBe('lost');
    await ann.send('plaza/a', 'say', { text: 'quiet now' });
    expect(ann.room('plaza/a').texts).toEqual(['quiet now']);
  });
});

it('what somebody says of themselves never breaks a line of the log, and no token is ever in it', async () => {
  const { token } = await login(demo.url, 'Eve');
  for (const carrier of CARRIERS) {
    await clients.connect(demo.url, carrier, { token, query: { token, access_token: token } }).ended;
    const eve = await open(demo.url, carrier, token, { 'x-name': '\u0085{"level":60}' });
    await eve.join('echo/log');
    await eve.ask('send', {
      room: 'echo/log',
      name: 'boom',
      data: { text: '\r\n{"level":60,"msg":"forged"}\u001b[2J' },
    });
    await eve.askAnything('\r\n{"level":60,"msg":"forged"}', {});
  }
  await fetch(`${demo.url}/ws?token=${token}`).catch(() => undefined);
  const lines = demo.stdout.trimEnd().split('\n').slice(1);
  for (const line of lines.filter((each) => !each.startsWith('"Listening')))
    expect(JSON.parse(line)).not.toMatchObject({ level: 60 });
  expect(demo.stdout + demo.stderr).not.toContain(token);
  // oxlint-disable-next-line no-control-regex
  expect(demo.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
