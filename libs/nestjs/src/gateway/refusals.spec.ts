import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ForbiddenError,
  InvalidError,
  RejectedError,
  RoomClosedError,
  RoomFullError,
  UnavailableError,
  UnknownOutcomeError,
} from '@greenroom/rooms';
import { CARRIERS, GatewayApp, type IoClient, type PlainClient } from './app.fixture.js';

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
const say = { room: 'chat/cats', name: 'say', data: { text: 'geheim' } };

/** Each row: what is sent, and the one answer it gets. */
const refusals: [string, string, object][] = [
  ['UNKNOWN_OP', 'shout', {}],
  ['UNKNOWN_OP', 'constructor', {}],
  ['UNKNOWN_OP', '__proto__', {}],
  ['BAD_FRAME', 'send', { room: 'chat/cats' }],
  ['BAD_FRAME', 'join', { room: 'chat/cats', data: JSON.parse('{"__proto__":1}') }],
  ['BAD_ADDRESS', 'join', { room: '../etc' }],
  ['UNKNOWN_KIND', 'join', { room: 'constructor/x' }],
  ['UNKNOWN_COMMAND', 'send', { ...say, name: 'toString' }],
  ['UNKNOWN_COMMAND', 'send', { ...say, name: 'room.join' }],
  ['NOT_A_MEMBER', 'send', { ...say, room: 'chat/dogs' }],
  ['NOT_A_MEMBER', 'leave', { room: 'chat/dogs' }],
  ['TOO_LARGE', 'send', { ...say, data: { text: 'x'.repeat(70_000) } }],
  ['TOO_LARGE', 'send', { ...say, data: deep(40) }],
  ['TOO_LARGE', 'send', { ...say, data: Array.from({ length: 1001 }, () => 1) }],
  ['UNAUTHENTICATED', 'auth', { token: 'bad' }],
  ['FORBIDDEN', 'auth', { token: 'ben' }],
];

const thrown: [string, () => unknown][] = [
  ['FORBIDDEN', () => new ForbiddenError()],
  ['INVALID', () => new InvalidError('say', [{ path: ['text'], message: 'too short' }])],
  ['REJECTED', () => new RejectedError('muted')],
  ['ROOM_FULL', () => new RoomFullError()],
  ['ROOM_CLOSED', () => new RoomClosedError()],
  ['UNAVAILABLE', () => new UnavailableError()],
  ['UNKNOWN_OUTCOME', () => new UnknownOutcomeError()],
  ['INTERNAL', () => new Error('geheim: a bug')],
  ['INTERNAL', () => 'geheim'],
  ['INTERNAL', () => undefined],
];

let app: GatewayApp;
beforeEach(async () => {
  app = await GatewayApp.start();
});
afterEach(() => app.stop());

/** Asks, and sees that exactly one answer comes: a second would be counted by the time the ping behind it is answered. */
async function askOnce(client: PlainClient | IoClient, op: string, body: object) {
  const before = client.answers;
  const answer = await client.ask(op, body);
  expect(await client.ask('ping')).toMatchObject({ ok: true });
  expect(client.answers - before).toBe(2);
  return answer;
}

describe.each(CARRIERS)('over %s', (_, connect) => {
  it.each(refusals)('%s answers %s %j', async (code, op, body) => {
    const ann = connect(app, 'ann');
    await ann.ask('join', { room: 'chat/cats' });
    const answer = await askOnce(ann, op, body);
    expect(answer).toMatchObject({ ok: false, error: { code, message: expect.any(String) } });
    expect(JSON.stringify(answer)).not.toContain('geheim');
    expect(app.rooms.said).toEqual([]);
  });

  it.each(thrown)('%s is what a client is told when an admission or a room throws it', async (code, what) => {
    const ann = connect(app, 'ann');
    await ann.ask('join', { room: 'chat/cats' });
    app.admission.onCommand = () => Promise.reject(what());
    const refused = await askOnce(ann, 'send', say);
    app.admission.onCommand = () => {
      throw what();
    };
    const thrownAtOnce = await askOnce(ann, 'send', say);
    app.admission.onCommand = () => Promise.resolve();
    app.rooms.reply = () => Promise.reject(what());
    const failed = await askOnce(ann, 'send', say);
    for (const answer of [refused, thrownAtOnce, failed]) {
      expect(answer).toMatchObject({ ok: false, error: { code } });
      expect(JSON.stringify(answer)).not.toContain('geheim');
    }
  });

  it('a reply that cannot be written is INTERNAL, and the connection lives on', async () => {
    const ann = connect(app, 'ann');
    await ann.ask('join', { room: 'chat/cats' });
    app.rooms.reply = () => Promise.resolve({ data: 10n });
    expect(await askOnce(ann, 'send', say)).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
  });

  it('a join begins behind its reply, and ends when an interceptor or the wire refuses the reply', async () => {
    const ann = connect(app, 'ann');
    expect(await ann.ask('join', { room: 'chat/cats' })).toMatchObject({ ok: true });
    expect(app.rooms.begun).toEqual(['chat/cats']);
    app.admission.afterJoin = () => Promise.reject(new ForbiddenError());
    expect(await askOnce(ann, 'join', { room: 'chat/dogs' })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    app.admission.afterJoin = (reply) => Promise.resolve(reply);
    app.rooms.view = 10n;
    expect(await askOnce(ann, 'join', { room: 'chat/owls' })).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(app.rooms.begun).toEqual(['chat/cats']);
    expect(app.rooms.cancelled).toEqual(['chat/dogs', 'chat/owls']);
  });

  it('operations above the rate are answered RATE_LIMITED with the time to wait', async () => {
    const ann = connect(app, 'ann');
    await ann.next('hello');
    const answers = await Promise.all(Array.from({ length: 120 }, () => ann.ask('ping')));
    const limited = answers.filter(({ ok }) => ok === false);
    expect(limited.length).toBeGreaterThan(5);
    expect(limited[0]).toMatchObject({ error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } });
  });

  it('a 65th room on one connection is RATE_LIMITED', async () => {
    const ann = connect(app, 'ann');
    for (let i = 0; i < 64; i += 1) expect(await ann.ask('join', { room: `chat/${i}` })).toMatchObject({ ok: true });
    expect(await ann.ask('join', { room: 'chat/64' })).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(await ann.ask('join', { room: 'chat/63' })).toMatchObject({ ok: true });
  });

  it('who has made 100 rooms in an hour may join but not make more', async () => {
    app.rooms.onJoin = async ({ onCreated }) => onCreated?.();
    const ann = connect(app, 'ann');
    for (let i = 0; i < 64; i += 1) await ann.ask('join', { room: `chat/${i}` });
    const again = connect(app, 'ann');
    for (let i = 0; i < 37; i += 1) await again.ask('join', { room: `chat/b${i}` });
    expect(app.rooms.joins.map(({ mayCreate }) => mayCreate)).toEqual([...Array<boolean>(100).fill(true), false]);
  });
});

it('a Socket.IO operation without an ack is done, and nothing a client sends throws', async () => {
  const ann = app.io('ann');
  await ann.ask('join', { room: 'chat/cats' });
  ann.socket.emit('send', say);
  ann.socket.emit('shout');
  ann.socket.emit('error', 1);
  ann.socket.emit('send');
  ann.socket.emit('send', null, undefined, 3, 'x');
  ann.socket.emit('join', [], 1);
  expect(await ann.ask('ping')).toMatchObject({ ok: true });
  expect(app.rooms.said).toEqual([{ text: 'geheim' }]);
});

it('an operation without a ref is done and answered without one', async () => {
  const ann = app.plain('ann');
  await ann.ask('join', { room: 'chat/cats' });
  ann.socket.send(JSON.stringify({ op: 'send', ...say }));
  expect(await ann.next('reply')).toMatchObject({ ok: true, position: { seq: 1 } });
});
