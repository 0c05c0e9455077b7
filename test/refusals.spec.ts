import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RoomsModule } from '@greenroom/nestjs';
import type { ErrorCode, Reply } from '@greenroom/protocol';
import { MemoryRoomStore } from '@greenroom/rooms';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Provider } from '@nestjs/common';
import { Apps, byName } from './kit/app.js';
import type { Client } from './kit/client.js';
import { carrierOf, CARRIERS, Clients, type Carrier, type ConnectOptions } from './kit/clients.js';
import { Faults } from './kit/faults.js';
import { ClubRoom, LabRoom, NoFoes, SaysAllIsWell, Team } from './refusals.fixture.js';

/** No reply, whatever went wrong, may contain it. */
const SECRET = 'the-payload-itself';

const APPS: Readonly<Record<string, readonly Provider[]>> = {
  plain: [],
  'with an APP_FILTER that returns a value': [{ provide: APP_FILTER, useClass: SaysAllIsWell }],
  'with a request-scoped APP_GUARD': [{ provide: APP_GUARD, useClass: NoFoes }],
};

const apps = new Apps();
const clients = new Clients();
const urls = new Map<string, string>();
beforeAll(async () => {
  for (const [name, providers] of Object.entries(APPS)) {
    const url = await apps.start({
      imports: [RoomsModule.forRoot({ store: new MemoryRoomStore(), authenticator: byName, rateLimit: false })],
      providers: [LabRoom, ClubRoom, Team, ...providers],
    });
    urls.set(name, url);
  }
});
afterEach(() => clients.close());
afterAll(() => apps.close());

let faults: Faults;
beforeEach(() => {
  faults = new Faults();
});
afterEach(async () => {
  // What is left to nobody is said after the microtasks.
  await new Promise(setImmediate);
  faults.end();
  expect(faults.all).toEqual([]);
});

interface Row {
  readonly title: string;
  /** What the sender is told; `undefined`: the command stands. */
  readonly code: ErrorCode | undefined;
  readonly app?: string;
  readonly user?: string;
  readonly kind?: 'lab' | 'club';
  readonly headers?: ConnectOptions['headers'];
  /** What is sent, when it is no ordinary command. */
  readonly ask?: (sender: Client, room: string) => Promise<Reply>;
  readonly reason?: string;
}

const data = { text: SECRET };
const command =
  (name: string, given: unknown = data) =>
  (sender: Client, room: string): Promise<Reply> =>
    sender.ask('send', { room, name, data: given });
const row = (title: string, name: string, code: ErrorCode | undefined, more: Partial<Row> = {}): Row => ({
  title,
  code,
  ask: command(name),
  ...more,
});
const filtered = { app: 'with an APP_FILTER that returns a value' };
const scoped = { app: 'with a request-scoped APP_GUARD' };

const ROWS: readonly Row[] = [
  row('a guard that says no', 'guard-denies', 'FORBIDDEN'),
  row('a guard that throws', 'guard-throws', 'INTERNAL'),
  row('a guard that throws an HTTP exception', 'guard-forbids', 'FORBIDDEN', { reason: 'not on my watch' }),
  row('a pipe that rejects', 'pipe-rejects', 'INVALID'),
  row('a pipe with a bug', 'pipe-throws', 'INTERNAL'),
  row('a schema that rejects', 'schema-rejects', 'INVALID'),
  row('data that is missing', 'say', 'INVALID', { ask: command('say', {}) }),
  row('a handler that throws', 'handler-throws', 'INTERNAL'),
  row('a handler that rejects', 'handler-rejects', 'INTERNAL'),
  row('a handler that returns what the contract does not take', 'handler-returns-nonsense', 'INVALID'),
  row('an interceptor that answers by itself', 'interceptor-answers', 'FORBIDDEN'),
  row('an interceptor that throws', 'interceptor-throws', 'INTERNAL'),
  {
    title: 'an unknown operation',
    code: 'UNKNOWN_OP',
    ask: (sender, room) => sender.askAnything('dance', { room, data }),
  },
  {
    title: 'an unknown kind',
    code: 'UNKNOWN_KIND',
    ask: (sender) => sender.ask('send', { room: 'nowhere/a', name: 'say', data }),
  },
  {
    title: 'a join of an unknown kind',
    code: 'UNKNOWN_KIND',
    ask: (sender) => sender.ask('join', { room: 'nowhere/a', data }),
  },
  {
    title: 'no address',
    code: 'BAD_ADDRESS',
    ask: (sender) => sender.ask('send', { room: SECRET, name: 'say', data }),
  },
  {
    title: 'a room one is not in',
    code: 'NOT_A_MEMBER',
    ask: (sender, room) => sender.ask('send', { room: `${room}x`, name: 'say', data }),
  },
  row('an unknown command', SECRET, 'UNKNOWN_COMMAND', { ask: command('constructor') }),
  row('a reserved name', 'room.join', 'UNKNOWN_COMMAND'),
  row('a command that no transition takes', 'nobody-takes-it', 'REJECTED'),
  row('a machine that rejects', 'machine-rejects', 'REJECTED', { reason: 'not now' }),
  row('a machine that forbids', 'machine-forbids', 'FORBIDDEN', { reason: 'not you' }),
  row('a machine that throws in a guard', 'machine-guard-throws', 'INTERNAL'),
  row('a machine that throws in an assign', 'assign-throws', 'INTERNAL'),
  row('a machine that throws in an emit', 'emit-throws', 'INTERNAL'),
  row('a machine that emits what the contract does not have', 'emits-nonsense', 'INTERNAL'),
  row('a machine that throws in a custom action, after the commit', 'action-throws', undefined),
  row('two replies', 'two-replies', 'INTERNAL'),
  row('a reply and a rejection', 'reply-and-reject', 'INTERNAL'),
  row('a guard, where a filter says that all is well', 'guard-denies', 'FORBIDDEN', filtered),
  row('a handler, where a filter says that all is well', 'handler-throws', 'INTERNAL', filtered),
  row('a machine, where a filter says that all is well', 'machine-rejects', 'REJECTED', filtered),
  row('a request-scoped guard of the app', 'guard-reads-headers', 'FORBIDDEN', { ...scoped, user: 'foe' }),
  row('a request-scoped guard of the app that allows', 'handler-throws', 'INTERNAL', { ...scoped, user: 'friend' }),
  row('a request-scoped guard whose dependency says no', 'say', 'FORBIDDEN', { kind: 'club', user: 'stranger' }),
  row('a request-scoped guard whose dependency says yes', 'say', undefined, { kind: 'club', user: 'friend' }),
  row('a guard made for HTTP that misses a header', 'guard-reads-headers', 'FORBIDDEN'),
  row('a guard made for HTTP that finds its header', 'guard-reads-headers', undefined, {
    headers: { 'x-team': 'lab' },
  }),
];

describe.each(CARRIERS)('over %s', (carrier: Carrier) => {
  it.each(ROWS.map((each, index) => [each.title, each.code ?? 'success', index, each] as const))(
    '%s is answered once, with %s, costs nobody else anything, and the connection lives on',
    async (_title, _code, index, { app = 'plain', user = 'ann', kind = 'lab', headers, ask, code, reason }) => {
      const url = urls.get(app) ?? '';
      const room = `${kind}/${index}-${CARRIERS.indexOf(carrier)}`;
      const open = (of: Carrier, token: string, more?: ConnectOptions): Promise<Client> =>
        clients.connect(url, of, { token, transports: ['websocket'], ...more }).opened();
      const sender = await open(carrier, user, headers && { headers });
      // Somebody else, on another carrier, who may say what they like.
      const other = await open(carrierOf(index), 'friend-of-all');
      await sender.join(room);
      await other.join(room);

      const reply = await ask?.(sender, room);
      expect(reply).toMatchObject(
        code === undefined ? { ok: true } : { ok: false, error: { code, ...(reason !== undefined && { reason }) } },
      );
      expect(JSON.stringify(reply)).not.toContain(SECRET);

      expect(await sender.ask('ping', { t: 7 })).toEqual({ ok: true, t: 7 });
      const mayNotSpeak = (app === scoped.app && user === 'foe') || (kind === 'club' && user === 'stranger');
      const next = mayNotSpeak ? other : sender;
      const { position } = await next.send(room, 'say', { text: 'next' });
      for (const client of [sender, other]) {
        await client.when('what comes next', () => client.room(room).position.seq >= position.seq);
        expect(client.room(room).texts).toEqual([...(code === undefined ? [SECRET] : []), 'next']);
        expect(client.room(room).gaps).toEqual([]);
        expect(client.answered).toBe(client.asked);
        expect(client.isOpen).toBe(true);
      }
    },
  );
});
