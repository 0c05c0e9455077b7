import { afterEach, describe, expect, it } from '@jest/globals';
import { roomChannel, RoomsGateway, RoomsService } from '@greenroom/nestjs';
import { Redis } from 'ioredis';
import { io, type Socket } from 'socket.io-client';
import { CARRIERS, Clients, carrierOf } from './kit/clients.js';
import { eventually, within } from './kit/within.js';
import { Hall, NewsGateway, Nodes, type Node } from './nodes.fixture.js';

const nodes = new Nodes();
const clients = new Clients();
const sockets: Socket[] = [];
const admins: Redis[] = [];
afterEach(() => {
  clients.close();
  for (const socket of sockets.splice(0)) socket.close();
  for (const admin of admins.splice(0)) admin.disconnect();
});

const admin = (): Redis => {
  const made = new Redis(nodes.redis.url);
  admins.push(made);
  return made;
};

/** A stock client of a gateway that has nothing to do with rooms. */
const follower = async (
  { url }: Node,
  topic: string,
): Promise<{ readonly socket: Socket; readonly heard: unknown[] }> => {
  const socket = io(`${url}/news`, { transports: ['websocket'], reconnection: false, forceNew: true });
  sockets.push(socket);
  const heard: unknown[] = [];
  socket.on('news', (item) => heard.push(item));
  await within('an answer of the gateway', socket.emitWithAck('follow', topic));
  return { socket, heard };
};

describe('two nodes are one', () => {
  it('members on both nodes, on any carrier, hear the same in the same order', async () => {
    const { a, b } = await nodes.pair();
    const all = CARRIERS.flatMap((carrier) => [a, b].map(({ url }) => clients.connect(url, carrier, { token: 'ann' })));
    for (const client of all) await (await client.opened()).join('hall/a');
    const acked = await Promise.all(
      all.flatMap((client, i) => ['x', 'y', 'z'].map((text) => client.send('hall/a', 'say', { text: `${i}${text}` }))),
    );
    const seqs = acked.map(({ position }) => position.seq).sort((one, two) => one - two);
    for (const client of all) {
      await client.when('all events', () => client.room('hall/a').events.length === acked.length);
      expect(client.room('hall/a').events.map(({ seq }) => seq)).toEqual(seqs);
    }
    const told = all.map((client) => client.room('hall/a').events.map(({ data }) => data));
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  it("each node's RoomsService reaches every room: makes, sends, looks, kicks, lists, closes", async () => {
    const { a, b } = await nodes.pair();
    const [here, there] = [a.get(RoomsService), b.get(RoomsService)];
    const rooms = Array.from({ length: 8 }, (_, i) => `r${i}`);
    for (const id of rooms) await here.create(Hall, {}, id);
    const bob = await clients.connect(b.url, 'ws JSON', { token: 'bob' }).opened();
    for (const id of rooms) {
      await bob.join(`hall/${id}`);
      for (const service of [here, there]) await service.room(Hall, id).send('say', { text: 'hello' });
      for (const service of [here, there]) {
        const room = service.room(Hall, id);
        expect(await room.members()).toMatchObject([{ id: 'bob' }]);
        expect((await room.history()).map(({ data }) => data)).toEqual([{ text: 'hello' }, { text: 'hello' }]);
      }
    }
    for (const service of [here, there]) expect((await service.list(Hall)).rooms.map(({ id }) => id)).toEqual(rooms);
    // Kicked by either node, whichever of them owns the room.
    for (const [i, id] of rooms.entries()) await (i % 2 === 0 ? here : there).room(Hall, id).kick('bob', 'noise');
    for (const id of rooms)
      expect(await bob.pushed('closed', ({ room }) => room === `hall/${id}`)).toMatchObject({
        code: 'FORBIDDEN',
        reason: 'noise',
      });
    await there.room(Hall, 'r0').close('over');
    await expect(here.room(Hall, 'r0').send('say', { text: 'x' })).rejects.toMatchObject({ code: 'ROOM_CLOSED' });
  });
});

it('a command asks Redis once: to commit it', async () => {
  const { a, b } = await nodes.pair({
    redis: { headsMs: 60_000, lease: { leaseMs: 60_000, beatMs: 30_000, fenceMs: 40_000 } },
    rooms: { rateLimit: true, limits: { alarmMs: 60_000 } },
  });
  const [ann, bob] = [
    await clients.connect(a.url, 'Socket.IO', { token: 'ann' }).opened(),
    await clients.connect(b.url, 'ws JSON', { token: 'bob' }).opened(),
  ];
  for (const client of [ann, bob]) await client.join('hall/a');
  const calls = async (): Promise<number> => {
    const stats = await admin().info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
  };
  const before = await calls();
  for (let i = 0; i < 40; i += 1) await (i % 2 === 0 ? ann : bob).send('hall/a', 'say', { text: `${i}` });
  expect((await calls()) - before).toBe(40);
});

describe("the app's own Socket.IO traffic", () => {
  it("what a gateway sends by server.to() reaches the other node's sockets, and nobody else", async () => {
    const { a, b } = await nodes.pair();
    const [here, there, other] = [await follower(a, 'cats'), await follower(b, 'cats'), await follower(b, 'dogs')];
    a.get(NewsGateway).server.to('cats').emit('news', { text: 'one' });
    a.get(NewsGateway).server.to('cats').emit('news', Buffer.from('two'));
    b.get(NewsGateway).server.to('dogs').emit('news', 'three');
    await eventually('the news', () => here.heard.length + there.heard.length + other.heard.length === 5);
    const [one, two] = [{ text: 'one' }, Buffer.from('two')];
    expect([here.heard, there.heard, other.heard]).toEqual([[one, two], [one, two], ['three']]);
    const found = await a.get(NewsGateway).server.in('cats').fetchSockets();
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([here.socket.id, there.socket.id]));
    a.get(NewsGateway).server.in('dogs').disconnectSockets(true);
    await eventually('a disconnected socket', () => !other.socket.connected);
    expect([here.socket.connected, there.socket.connected]).toEqual([true, true]);
  });

  it('members of a room are reached by its channel, on whichever node they are', async () => {
    const { a, b } = await nodes.pair();
    const heard: unknown[] = [];
    for (const { url } of [a, b]) {
      const socket = io(`${url}/rooms`, { auth: { token: 'ann' }, transports: ['websocket'], forceNew: true });
      sockets.push(socket);
      socket.on('aside', (text) => heard.push(text));
      expect(await socket.emitWithAck('join', { room: 'hall/a' })).toMatchObject({ ok: true });
    }
    a.get(RoomsGateway).server?.to(roomChannel('hall/a')).emit('aside', 'psst');
    await eventually('the aside', () => heard.length === 2);
  });

  it('connections subscribe to nothing in Redis: neither idle ones nor those in rooms of Socket.IO', async () => {
    const { a, b, prefix } = await nodes.pair();
    const channels = async (): Promise<number> =>
      ((await admin().call('PUBSUB', 'SHARDCHANNELS', `${prefix}:*`)) as unknown[]).length;
    const before = await channels();
    for (let i = 0; i < 30; i += 1)
      await clients.connect(i % 2 === 0 ? a.url : b.url, carrierOf(i), { token: `u${i}` }).opened();
    for (let i = 0; i < 10; i += 1) await follower(i % 2 === 0 ? a : b, `topic${i}`);
    expect(await channels()).toBe(before);
    // It can tell: a room with members is heard of.
    const [ann] = [await clients.connect(a.url, 'ws JSON', { token: 'ann' }).opened()];
    await ann.join('hall/a');
    await eventually('the channel of a room', async () => (await channels()) === before + 1);
  });
});
