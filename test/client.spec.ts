import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, RoomError, webSocket, type Carrier, type Client, type ClientRoom } from '@greenroom/client';
import { msgpackCodec } from '@greenroom/client/msgpack';
import { socketIo } from '@greenroom/client/socket.io';
import type { Position } from '@greenroom/protocol';
import type { Chat } from '../src/chat/chat.contract.js';
import type { Echo } from '../src/echo/echo.contract.js';
import { login } from './kit/clients.js';
import { Servers, type Server } from './kit/server.js';
import { eventually, pause, within } from './kit/within.js';

const CARRIERS: Readonly<Record<string, () => Carrier>> = {
  'ws JSON': () => webSocket(),
  'ws msgpack': () => webSocket({ codec: msgpackCodec }),
  'Socket.IO': () => socketIo(),
};
const NAMES = Object.keys(CARRIERS);

type Demo = typeof Chat | typeof Echo;
type ChatRoom = ClientRoom<typeof Chat>;

const servers = new Servers();
const clients: Client<Demo>[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => servers.close());

const connect = (url: string, token: string | (() => Promise<string>), carrier = NAMES[0]): Client<Demo> => {
  const client = createClient<Demo>(url, { token, ...(carrier && { carrier: CARRIERS[carrier]?.() ?? webSocket() }) });
  clients.push(client);
  return client;
};

/** One client of each carrier, in the same room. */
const chatting = async ({ url }: Server, id: string): Promise<Talker[]> =>
  Promise.all(
    NAMES.map(async (carrier) => {
      const { token, user } = await login(url, `${carrier} of ${id}`);
      const client = connect(url, token, carrier);
      return new Talker(carrier, user.id, client, await client.join('chat', id));
    }),
  );

/** Somebody in a chat room, what they have seen of it, and what of theirs was acked. */
class Talker {
  readonly seen: string[] = [];
  readonly states: string[] = [];
  resets = 0;
  readonly acked = new Map<string, Position>();
  readonly #texts: string[] = [];
  #isTalking = true;

  constructor(
    readonly name: string,
    readonly userId: string,
    readonly client: Client<Demo>,
    readonly room: ChatRoom,
  ) {
    room.on('message', ({ text }) => this.seen.push(text));
    room.on('room.reset', () => (this.resets += 1));
    client.onStatus(({ state }) => this.states.push(state));
  }

  /** Says one thing after the other, several at a time, until told to stop. */
  async talk(): Promise<void> {
    const lane = async (): Promise<void> => {
      while (this.#isTalking) {
        const text = `${this.name} ${this.#texts.length}`;
        this.#texts.push(text);
        const { position } = await this.room.send('say', { text });
        this.acked.set(text, position);
        await pause(10);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
  }

  stop(): void {
    this.#isTalking = false;
  }

  /** What was acked is at its place, once, in the order it was asked; and all have seen the same. */
  async check(log: ReadonlyMap<string, number>): Promise<void> {
    expect([...this.acked.keys()].filter((text) => log.get(text) !== this.acked.get(text)?.seq)).toEqual([]);
    expect(this.acked.size).toBe(this.#texts.length);
    const mine = [...log.keys()].filter((text) => text.startsWith(`${this.name} `));
    expect(mine).toEqual(this.#texts);
    await eventually(`${this.name} to see all`, () => this.seen.length >= log.size);
    expect(this.seen).toEqual([...log.keys()]);
    expect(this.resets).toBe(0);
    expect(this.room.status).toEqual({ state: 'joined' });
  }
}

/** Texts of a room with their places, oldest first. */
const logOf = async (room: ChatRoom): Promise<Map<string, number>> => {
  const { events, more } = await room.history({ limit: 1000 });
  expect(more).toBe(false);
  const texts = events.flatMap((event) =>
    event.name === 'message' && event.data !== null ? [[event.data.text, event.seq] as const] : [],
  );
  const log = new Map(texts);
  expect(log.size).toBe(texts.length);
  return log;
};

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'success',
    (error: unknown) => (error instanceof RoomError ? error.code : error),
  );

describe('with a server that lives', () => {
  let server: Server;
  beforeAll(async () => {
    server = await servers.start();
  });

  it('people talk, whatever carries it: all see the same, once, in order', async () => {
    const talkers = await chatting(server, 'talk');
    const talking = talkers.map((talker) => talker.talk());
    await eventually('enough acks', () => talkers.every(({ acked }) => acked.size >= 20));
    for (const talker of talkers) talker.stop();
    await Promise.all(talking);
    const [first] = talkers;
    if (first === undefined) throw new Error('nobody talks');
    const log = await logOf(first.room);
    for (const talker of talkers) await talker.check(log);
    for (const { room } of talkers) {
      await eventually('all to be seen', () => room.members.length === NAMES.length);
      expect(room.members.map(({ id }) => id).sort()).toEqual(talkers.map(({ userId }) => userId).sort());
      expect(room.me.role).toBe('member');
    }
  });

  it.each(NAMES)('replies, directed events, signals, refusals and loops: %s', async (carrier) => {
    const [ann, bob] = [await login(server.url, 'Ann'), await login(server.url, 'Bob')];
    const anns = await connect(server.url, ann.token, carrier).join('echo', 'all');
    const bobs = await connect(server.url, bob.token, carrier).join('echo', 'all');
    expect((await anns.send('add', { a: 1, b: 2 })).data).toEqual({ sum: 3 });
    const told = within('a whisper', new Promise((resolve) => bobs.on('whispered', resolve)));
    const overheard: unknown[] = [];
    anns.on('whispered', (whisper) => overheard.push(whisper));
    await anns.send('whisper', { to: bob.user.id, text: 'psst' });
    expect(await told).toEqual({ from: ann.user.id, text: 'psst' });
    expect(overheard).toEqual([]);
    expect(await codeOf(anns.send('boom', {}))).toBe('INTERNAL');
    expect(await codeOf(anns.send('say', { text: 'x'.repeat(10_001) }))).toBe('INVALID');
    expect(await codeOf(anns.send('say', { text: 'x'.repeat(2_000_000) }))).toBe('TOO_LARGE');

    const [annChats, bobChats] = await Promise.all(
      [ann, bob].map(({ token }) =>
        connect(server.url, token, carrier).join('chat', 'all', { params: { topic: 'cats' } }),
      ),
    );
    if (annChats === undefined || bobChats === undefined) throw new Error('not joined');
    expect(annChats.view.topic).toBe('cats');
    const typing = within(
      'a signal',
      new Promise((resolve) => bobChats.onSignal('typing', (data, by) => resolve([data, by.id]))),
    );
    annChats.signal('typing', { on: true });
    expect(await typing).toEqual([{ on: true }, ann.user.id]);
    const looping = (async () => {
      const texts: string[] = [];
      for await (const event of bobChats) if (event.name === 'message') texts.push(event.data.text);
      return texts;
    })();
    const { position } = await annChats.send('say', { text: 'one' });
    await annChats.send('say', { text: 'two' });
    await eventually('both to be seen', () => bobChats.position.seq > position.seq);
    await bobChats.leave();
    expect(await looping).toEqual(['one', 'two']);
  });

  it('a token of 3 s is renewed unseen while messages flow, whatever carries it', async () => {
    const logins = new Map<string, number>();
    const renewing = NAMES.map(async (carrier, i) => {
      const token = async (): Promise<string> => {
        logins.set(carrier, (logins.get(carrier) ?? 0) + 1);
        return (await login(server.url, `brief ${carrier}`, { ttl: 3 })).token;
      };
      const client = connect(server.url, token, carrier);
      const talker = new Talker(carrier, '', client, await client.join('chat', `brief-${i}`));
      const talking = talker.talk();
      await pause(5000);
      talker.stop();
      await talking;
      await talker.check(await logOf(talker.room));
      expect([carrier, talker.states]).toEqual([carrier, []]);
      expect(logins.get(carrier)).toBeGreaterThan(2);
    });
    await Promise.all(renewing);
  });

  it.each(NAMES)('who is kicked is told so, and is not let in again: %s', async (carrier) => {
    const [mod, bad] = [await login(server.url, 'Mod', { role: 'moderator' }), await login(server.url, 'Bad')];
    const id = `kick-${NAMES.indexOf(carrier)}`;
    const mods = await connect(server.url, mod.token, carrier).join('chat', id);
    const client = connect(server.url, bad.token, carrier);
    const room = await client.join('chat', id);
    const ended = within(
      'the end',
      new Promise((resolve) => room.on('room.status', (status) => status.state === 'ended' && resolve(status.error))),
    );
    await mods.send('kick', { user: bad.user.id });
    expect(await ended).toMatchObject({ code: 'FORBIDDEN', reason: 'kicked', retryable: false });
    expect(await codeOf(room.send('say', { text: 'let me in' }))).toBe('FORBIDDEN');
    expect(await codeOf(client.join('chat', id))).toBe('FORBIDDEN');
    expect(client.status.state).toBe('online');
    expect(await codeOf(client.join('chat', `${id}-other`))).toBe('success');
  });

  it.each(NAMES)('whose token is refused is told so: %s', async (carrier) => {
    const client = connect(server.url, 'no token', carrier);
    expect(await codeOf(client.join('chat', 'all'))).toBe('UNAUTHENTICATED');
    expect(client.status).toMatchObject({ state: 'closed', error: { code: 'UNAUTHENTICATED' } });
  });
});

it.each<[string, (server: Server) => Promise<unknown>]>([
  ['killed with -9', (server) => server.kill()],
  ['stopped with SIGTERM', (server) => server.stop()],
])(
  'a server %s while people talk, and started again: nothing is lost, nothing comes twice, nobody joins by hand',
  async (_, end) => {
    const env = { DATA_DIR: await servers.dir() };
    const first = await servers.start(env);
    const talkers = await chatting(first, 'on');
    const echo = await talkers[0]?.client.join('echo', 'on');
    const reset = new Promise((resolve) => echo?.on('room.reset', ({ position }) => resolve(position)));
    await echo?.send('say', { text: 'gone with the process' });
    const talking = talkers.map((talker) => talker.talk());
    const acks = (): number => Math.min(...talkers.map(({ acked }) => acked.size));
    await eventually('acks before the end', () => acks() >= 30);
    await end(first);
    const { port } = new URL(first.url);
    const before = acks();
    await servers.start({ ...env, PORT: port });
    await eventually('acks after it', () => acks() >= before + 30);
    for (const talker of talkers) talker.stop();
    await Promise.all(talking);
    const reader = connect(first.url, (await login(first.url, 'Reader')).token);
    const log = await logOf(await reader.join('chat', 'on'));
    for (const talker of talkers) await talker.check(log);
    for (const { states } of talkers) expect([states[0], states.at(-1)]).toEqual(['waiting', 'online']);
    // Of a room that lives in memory alone the new process knows nothing.
    expect(await within('a reset', reset)).toEqual(echo?.position);
  },
);
