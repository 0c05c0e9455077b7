import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from './kit/client.js';
import { CARRIERS, carrierOf, Clients, login, type Carrier, type ConnectOptions } from './kit/clients.js';
import { Servers, type Server } from './kit/server.js';
import { within } from './kit/within.js';

const servers = new Servers();
const clients = new Clients();
let server: Server;
beforeAll(async () => {
  server = await servers.start({ RATE_LIMIT: 'off' });
});
afterEach(() => clients.close());
afterAll(() => servers.close());

const connect = async (carrier: Carrier, name: string, options?: ConnectOptions): Promise<Client> => {
  const { token } = await login(server.url, name);
  return clients.connect(server.url, carrier, { token, ...options }).opened();
};
/** One of each carrier, in one room. */
const everyCarrierIn = async (room: string): Promise<Client[]> => {
  const all = await Promise.all(CARRIERS.map((carrier) => connect(carrier, carrier)));
  for (const client of all) await client.join(room);
  return all;
};
/** Every client's stream has come as far as the room's last answer. */
const caughtUp = (all: readonly Client[], room: string, seq: number): Promise<unknown> =>
  Promise.all(all.map((client) => client.when(`seq ${seq}`, () => client.room(room).position.seq >= seq)));

describe('Socket.IO, JSON and msgpack in one room', () => {
  it.each(['chat/all', 'echo/all'])(
    'see the same events with the same seqs in order, all three sending to %s',
    async (room) => {
      const all = await everyCarrierIn(room);
      const says = all.map((client, who) =>
        Promise.all(
          Array.from({ length: 40 }, async (_, i) => {
            const text = `${who}.${i}`;
            const { position } = await client.send(room, 'say', { text });
            return { text, position, wasTold: client.room(room).texts.includes(text) };
          }),
        ),
      );
      const sent = (await Promise.all(says)).flat();
      await caughtUp(all, room, Math.max(...sent.map(({ position }) => position.seq)));

      const [one, two, three] = all.map((client) => client.room(room));
      // The first sees the others join too; events of the room begin when all are in it.
      expect(one?.events).toHaveLength(120);
      expect(two?.events).toEqual(one?.events);
      expect(three?.events).toEqual(one?.events);
      expect(all.flatMap((client) => client.room(room).gaps)).toEqual([]);
      const seqs = one?.seqs ?? [];
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(new Set(seqs).size).toBe(120);

      // A reply says where its event stands, and arrives behind it.
      const seqOf = new Map(one?.events.map(({ seq, data }) => [textOf(data), seq]));
      for (const { text, position, wasTold } of sent) {
        expect(position).toEqual({ epoch: one?.position.epoch, seq: seqOf.get(text) });
        expect(wasTold).toBe(true);
      }
      // What one connection sent stands in the order it was sent.
      for (const who of [0, 1, 2]) {
        const own = [...seqOf.keys()].filter((text) => text.startsWith(`${who}.`));
        expect(own).toEqual(Array.from({ length: 40 }, (_, i) => `${who}.${i}`));
      }
      expect(all.map(({ asked, answered }) => answered - asked)).toEqual([0, 0, 0]);
    },
  );

  it('agree on history and members, page by page', async () => {
    const room = 'chat/pages';
    const all = await everyCarrierIn(room);
    for (const client of all) for (const text of ['a', 'b', 'c']) await client.send(room, 'say', { text });
    const histories = await Promise.all(all.map((client) => client.history(room)));
    expect(histories[0]?.events.map(({ data }) => textOf(data)).join('')).toBe('abcabcabc');
    await caughtUp(all, room, histories[0]?.events.at(-1)?.seq ?? 0);
    for (const [index, client] of all.entries()) {
      expect(histories[index]).toEqual(histories[0]);
      expect(histories[index]?.events).toEqual(client.room(room).events);
      const newest = await client.history(room, { limit: 4 });
      const older = await client.history(room, { limit: 5, before: newest.events[0]?.seq });
      expect([...older.events, ...newest.events]).toEqual(histories[0]?.events);
      expect([newest.more, older.more]).toEqual([true, false]);
      const first = await client.members(room, { limit: 2 });
      const rest = await client.members(room, { after: first.members.at(-1)?.id });
      expect([first.more, rest.more]).toEqual([true, false]);
      const { members } = await client.members(room);
      expect([...first.members, ...rest.members]).toEqual(members);
      expect(new Set(members.map(({ name }) => name))).toEqual(new Set(CARRIERS));
    }
  });

  it('hear of each other coming, typing and leaving', async () => {
    const room = 'chat/presence';
    const all = await everyCarrierIn(room);
    const [first, second, third] = all;
    const heard = await first?.pushed('presence', ({ count }) => count === 3);
    expect(heard).toMatchObject({ room, left: [] });
    for (const client of all) client.signal(room, 'typing', { on: true });
    for (const [index, client] of all.entries())
      for (const name of CARRIERS.filter((_, other) => other !== index))
        expect(await client.pushed('signal', ({ by }) => by['name'] === name)).toMatchObject({
          room,
          name: 'typing',
          data: { on: true },
        });
    expect(await third?.ask('leave', { room })).toEqual(expect.objectContaining({ ok: true }));
    const left = [{ id: expect.any(String), reason: 'left' }];
    for (const client of [first, second])
      expect(await client?.pushed('presence', (push) => push.left.length > 0)).toMatchObject({ left, count: 2 });
  });

  it('answer a command with data, and carry every character', async () => {
    const room = 'echo/data';
    const all = await everyCarrierIn(room);
    const text = 'Zürich 東京 🦉 \u0000\u2028 "quoted" \\';
    for (const client of all) {
      expect(await client.send(room, 'add', { a: 2, b: 40 })).toMatchObject({ data: { sum: 42 } });
      const { position } = await client.send(room, 'say', { text });
      await caughtUp(all, room, position.seq);
    }
    for (const client of all) expect(client.room(room).texts).toEqual([text, text, text]);
  });
});

describe('a whisper in a room of 200 over every carrier', () => {
  it('is written to its recipient alone, and nobody sees a gap at what comes next', async () => {
    const room = 'echo/crowd';
    const people = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const { token, user } = await login(server.url, `crowd ${i}`);
        return { id: user.id, client: clients.connect(server.url, carrierOf(i), { token, transports: ['websocket'] }) };
      }),
    );
    await Promise.all(people.map(({ client }) => client.opened()));
    await Promise.all(people.map(({ client }) => client.join(room)));
    const [sender] = people;
    const positions = people.map(({ client }) => client.room(room).position.seq);
    // One recipient on each carrier.
    const recipients = [100, 101, 102];
    for (const index of recipients)
      await sender?.client.send(room, 'whisper', { to: people[index]?.id, text: `to ${index}` });
    const said = await sender?.client.send(room, 'say', { text: 'to all' });
    const all = people.map(({ client }) => client);
    await within('the crowd', caughtUp(all, room, said?.position.seq ?? Infinity));

    for (const [index, { client }] of people.entries()) {
      const { texts, frames, gaps } = client.room(room);
      const own = recipients.includes(index) ? [`to ${index}`] : [];
      expect(texts).toEqual([...own, 'to all']);
      expect(frames).toBe(own.length + 1);
      expect(gaps).toEqual([]);
      expect(positions[index]).toBeLessThan(said?.position.seq ?? 0);
    }
    const history = await Promise.all(all.slice(99, 104).map((client) => client.history(room)));
    expect(history.map(({ events }) => events.length)).toEqual([1, 2, 2, 2, 1]);
  });
});

const textOf = (data: unknown): string => (data as { readonly text: string }).text;
