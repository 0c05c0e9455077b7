import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import { CARRIERS, GatewayApp } from '../gateway/app.fixture.js';

let app: GatewayApp;
beforeEach(async () => {
  app = await GatewayApp.start();
});
afterEach(() => app.stop());

const say = (text: unknown) => ({ room: 'chat/cats', name: 'say', data: { text } });

describe('a plain WebSocket', () => {
  it('speaks JSON unless it asks for msgpack', async () => {
    const none = app.plain('ann');
    const json = app.plain('ann', { subprotocols: ['greenroom.v9', 'greenroom.v1.json'] });
    const packed = app.plain('ann', { subprotocols: ['greenroom.v1.msgpack'], codec: msgpackCodec });
    for (const client of [none, json, packed]) expect(await client.next('hello')).toMatchObject({ v: 1 });
    expect([none, json, packed].map(({ socket }) => socket.protocol)).toEqual([
      '',
      'greenroom.v1.json',
      'greenroom.v1.msgpack',
    ]);
  });

  it('that speaks none of these subprotocols is closed 4400', async () => {
    expect(await app.plain('ann', { subprotocols: ['mqtt'] }).closed).toMatchObject({ code: 4400 });
  });

  it('carries bytes both ways in msgpack, which a JSON neighbour reads as base64', async () => {
    const packed = app.plain('ann', { subprotocols: ['greenroom.v1.msgpack'], codec: msgpackCodec });
    const json = app.plain('ben');
    await packed.ask('join', { room: 'chat/cats' });
    await json.ask('join', { room: 'chat/cats' });
    const bytes = Uint8Array.from([1, 2, 255]);
    expect(await packed.ask('send', say(bytes))).toMatchObject({ ok: true });
    for (const client of [packed, json]) {
      const { events } = (await client.next('events')) as { events: [{ data: { text: Uint8Array } }] };
      expect([...events[0].data.text]).toEqual([1, 2, 255]);
    }
  });

  it('is answered TOO_LARGE above 64 KiB and closed 1009 above 1 MiB', async () => {
    const ann = app.plain('ann');
    await ann.ask('join', { room: 'chat/cats' });
    expect(await ann.ask('send', say('x'.repeat(900_000)))).toMatchObject({ error: { code: 'TOO_LARGE' } });
    expect(await ann.ask('ping')).toMatchObject({ ok: true });
    void ann.ask('send', say('x'.repeat(1_100_000)));
    expect(await ann.closed).toMatchObject({ code: 1009 });
  });

  it('is answered for a frame that cannot be read, and closed 4400 for the eleventh', async () => {
    const ann = app.plain('ann');
    await ann.next('hello');
    for (let i = 0; i < 10; i += 1) {
      ann.socket.send('{');
      expect(await ann.next('reply')).toMatchObject({ ok: false, error: { code: 'BAD_FRAME' } });
    }
    expect(await ann.ask('ping')).toMatchObject({ ok: true });
    ann.socket.send('{');
    expect(await ann.closed).toMatchObject({ code: 4400 });
  });

  it('has nothing more handled once it is being closed', async () => {
    const ann = app.plain('ann');
    await ann.ask('join', { room: 'chat/cats' });
    const [connection] = app.connections.ofUser('ann');
    connection?.close(4403, 'out');
    void ann.ask('send', say('after'));
    expect(await ann.closed).toMatchObject({ code: 4403, reason: 'out' });
    expect(app.rooms.said).toEqual([]);
  });

  it('gets what one round of the event loop has for it in one write', async () => {
    const ann = app.plain('ann');
    await ann.ask('join', { room: 'chat/cats' });
    const chunks: number[] = [];
    // The raw socket below `ws`, as it came over the network.
    (ann.socket as unknown as { _socket: NodeJS.ReadableStream })._socket.on('data', (chunk: Buffer) =>
      chunks.push(chunk.length),
    );
    await ann.ask('send', say('hi'));
    expect(ann.pushes.all.map(({ op }) => op)).toEqual(['hello', 'events']);
    expect(chunks).toHaveLength(1);
  });
});

describe('Socket.IO', () => {
  it('carries bytes both ways', async () => {
    const [ann, ben] = [app.io('ann'), app.io('ben')];
    await Promise.all([ann, ben].map((client) => client.ask('join', { room: 'chat/cats' })));
    expect(await ann.ask('send', say(Uint8Array.from([1, 2, 255])))).toMatchObject({ ok: true });
    const { events } = (await ben.next('events')) as { events: [{ data: { text: Uint8Array } }] };
    expect([...events[0].data.text]).toEqual([1, 2, 255]);
  });

  it('gets pushes of every length whole and in order among its replies', async () => {
    const ann = app.io('ann');
    await ann.ask('join', { room: 'chat/cats' });
    const polling = app.io('ben', { transports: ['polling'] });
    await polling.ask('join', { room: 'chat/cats' });
    const texts = [0, 1, 30, 60, 90, 126, 500, 65_400, 65_536, 200_000].map((length) => 'ü'.repeat(length));
    for (const text of texts) app.rooms.push('chat/cats', { text });
    for (const client of [ann, polling]) {
      expect(await client.ask('ping')).toMatchObject({ ok: true });
      const pushed = client.pushes.all.flatMap((push) => (push['events'] ?? []) as { data: { text: string } }[]);
      expect(pushed.map(({ data }) => data.text)).toEqual(texts);
    }
  });

  it('is disconnected for bad bodies again and again', async () => {
    const ann = app.io('ann');
    await ann.next('hello');
    for (let i = 0; i < 10; i += 1) expect(await ann.ask('send', [])).toMatchObject({ error: { code: 'BAD_FRAME' } });
    ann.socket.emit('send', []);
    expect(await ann.closed).toBe('io server disconnect');
  });

  it('puts members into rooms that server.to() reaches, until they leave or are taken out', async () => {
    const { roomChannel, userChannel } = await import('./socketio-names.js');
    const { RoomsGateway } = await import('../gateway/rooms.gateway.js');
    const { server } = app.app.get(RoomsGateway);
    const ann = app.io('ann');
    await ann.ask('join', { room: 'chat/cats' });
    await ann.ask('join', { room: 'chat/dogs' });
    server?.to(roomChannel('chat/cats')).emit('app', { n: 1 });
    server?.to(userChannel('ann')).emit('app', { n: 2 });
    await ann.ask('leave', { room: 'chat/cats' });
    await app.rooms.sessions[0]?.end('chat/dogs', 'FORBIDDEN', 'out');
    server?.to([roomChannel('chat/cats'), roomChannel('chat/dogs')]).emit('app', { n: 3 });
    server?.to(userChannel('ann')).emit('app', { n: 4 });
    expect([await ann.next('app'), await ann.next('app'), await ann.next('app')].map(({ n }) => n)).toEqual([1, 2, 4]);
  });
});

it.each(CARRIERS)('a neighbour of a connection that misbehaves is not affected, over %s', async (_, connect) => {
  const ben = connect(app, 'ben');
  await ben.ask('join', { room: 'chat/cats' });
  const ann = connect(app, 'ann');
  await ann.next('hello');
  for (let i = 0; i < 11; i += 1) void ann.ask('send', { room: 'chat/cats' }).catch(() => undefined);
  await ann.closed;
  expect(await ben.ask('send', say('still here'))).toMatchObject({ ok: true });
});
