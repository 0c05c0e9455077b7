import { afterAll, afterEach, expect, it } from '@jest/globals';
import type { Position, WireEvent } from '@greenroom/protocol';
import type { Client } from './kit/client.js';
import { Lost, Refused } from './kit/client.js';
import { carrierOf, Clients, login, type Carrier, type Login } from './kit/clients.js';
import { Servers, type Server } from './kit/server.js';
import { eventually } from './kit/within.js';

const WRITERS = 20;
const ROOMS = 5;
const KILLS = 3;
/** Acked commands before the first kill, and before each that follows. */
const ACKED_FIRST = 2000;
const ACKED_THEN = 300;
/** What one writer has under way: its next command does not wait for the last ack. */
const IN_FLIGHT = 4;
/** A room keeps 1000 events; nothing may be trimmed here. */
const MOST_IN_A_ROOM = 950;

interface Command {
  readonly room: string;
  readonly by: number;
  readonly id: string;
  readonly text: string;
  /** Once it is acked. */
  position?: Position;
}

const servers = new Servers();
const clients = new Clients();
afterEach(() => clients.close());
afterAll(() => servers.close());

const connect = (server: Server, carrier: Carrier, { token }: Login): Promise<Client> =>
  clients.connect(server.url, carrier, { token, transports: ['websocket'] }).opened();
const roomOf = (index: number): string => `chat/kill-${index % ROOMS}`;

/** Every event that a room has kept, oldest first. */
const wholeHistory = async (client: Client, room: string): Promise<WireEvent[]> => {
  const events: WireEvent[] = [];
  for (let more = true; more;) {
    const before = events[0]?.seq;
    const page = await client.history(room, { limit: 333, ...(before !== undefined && { before }) });
    events.unshift(...page.events);
    more = page.more;
  }
  return events;
};
const textOf = ({ data }: WireEvent): string => (data as { readonly text: string }).text;
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'success',
    (error: unknown) => (error instanceof Refused ? error.error.code : error),
  );

/** Sends one after the other until the connection is lost, and notes what was acked. */
class Writer {
  #count = 0;

  constructor(
    private readonly client: Client,
    private readonly index: number,
    private readonly generation: number,
    private readonly sent: Command[],
  ) {}

  async write(): Promise<void> {
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.#lane()));
  }

  async #lane(): Promise<void> {
    try {
      for (;;) {
        this.#count += 1;
        const text = `${this.generation}.${this.index}.${this.#count}`;
        const command: Command = { room: roomOf(this.index), by: this.index, id: `c-${text}`, text };
        this.sent.push(command);
        command.position = (await this.client.send(command.room, 'say', { text }, command.id)).position;
      }
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    }
  }
}

it(`${WRITERS} clients write while the process is killed with -9, ${KILLS} times: every acked command is there once, where its ack said`, async () => {
  const env = { RATE_LIMIT: 'off', DATA_DIR: await servers.dir() };
  let server = await servers.start(env);
  const people = await Promise.all(Array.from({ length: WRITERS }, (_, i) => login(server.url, `writer ${i}`)));
  const [moderator, muted, kicked] = [
    await login(server.url, 'Mod', { role: 'moderator' }),
    await login(server.url, 'Mute'),
    await login(server.url, 'Kick'),
  ];
  const mod = await connect(server, 'Socket.IO', moderator);
  const loud = await connect(server, 'ws JSON', muted);
  const out = await connect(server, 'ws msgpack', kicked);
  for (const client of [mod, loud, out]) await client.join(roomOf(0));
  await mod.send(roomOf(0), 'mute', { user: muted.user.id, minutes: 60 });
  await mod.send(roomOf(0), 'kick', { user: kicked.user.id });
  await out.pushed('closed');

  const sent: Command[] = [];
  const acked = (): Command[] => sent.filter(({ position }) => position !== undefined);
  let echoEpoch = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const writers = await Promise.all(people.map((person, i) => connect(server, carrierOf(i), person)));
    await Promise.all(writers.map((writer, i) => writer.join(roomOf(i))));
    const echo = await writers[0]?.join('echo/kill');
    expect(echo?.position.epoch).toBeGreaterThan(echoEpoch);
    expect(await writers[0]?.history('echo/kill')).toMatchObject({ events: [] });
    echoEpoch = echo?.position.epoch ?? 0;
    await writers[0]?.send('echo/kill', 'say', { text: 'gone with the process' });

    const before = acked().length;
    const enough = before + (kill === 0 ? ACKED_FIRST : ACKED_THEN);
    const writing = Promise.all(writers.map((client, i) => new Writer(client, i, kill, sent).write()));
    await eventually(`${enough} acks`, () => acked().length >= enough);
    await server.kill();
    await writing;
    const unacked = sent.filter(({ position }) => position === undefined);
    const ackedNow = acked();

    server = await servers.start(env);
    const reader = await connect(server, carrierOf(kill), moderator);
    let appeared = 0;
    for (let i = 0; i < ROOMS; i += 1) {
      await reader.join(roomOf(i));
      const events = await wholeHistory(reader, roomOf(i));
      expect(events.length).toBeLessThan(MOST_IN_A_ROOM);
      const messages = events.filter(({ name }) => name === 'message');
      const seqs = events.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      // Once, and only what was sent.
      const texts = messages.map(textOf);
      expect(new Set(texts).size).toBe(texts.length);
      const here = new Set(sent.filter(({ room }) => room === roomOf(i)).map(({ text }) => text));
      expect(texts.filter((text) => !here.has(text))).toEqual([]);
      // Each where its ack said, so in the order of the acks.
      const found = new Map(messages.map((event) => [textOf(event), event.seq]));
      const wrong = ackedNow.filter(
        ({ room, text, position }) => room === roomOf(i) && found.get(text) !== position?.seq,
      );
      expect(wrong).toEqual([]);
      appeared += unacked.filter(({ room, text }) => room === roomOf(i) && found.has(text)).length;
    }

    // Their tokens still hold; what they do not know the outcome of they send again, by the same ids.
    const again = await Promise.all(people.map((person, i) => connect(server, carrierOf(i + 1), person)));
    await Promise.all(again.map((client, i) => client.join(roomOf(i))));
    let duplicates = 0;
    for (const command of unacked) {
      const reply = await again[command.by]?.send(command.room, 'say', { text: command.text }, command.id);
      if (reply?.duplicate === true) duplicates += 1;
      command.position = reply?.position ?? { epoch: 0, seq: 0 };
    }
    expect(duplicates).toBe(appeared);
    for (let i = 0; i < ROOMS; i += 1) {
      const events = await wholeHistory(reader, roomOf(i));
      for (const { room, text, position } of unacked.filter(({ room }) => room === roomOf(i)))
        expect([
          room,
          events.filter((event) => event.name === 'message' && textOf(event) === text).map(({ seq }) => seq),
        ]).toEqual([room, [position?.seq]]);
    }

    // Moderation stands.
    const silenced = await connect(server, carrierOf(kill), muted);
    await silenced.join(roomOf(0));
    expect(await codeOf(silenced.send(roomOf(0), 'say', { text: 'not heard' }))).toBe('FORBIDDEN');
    const outside = await connect(server, carrierOf(kill), kicked);
    expect(await codeOf(outside.join(roomOf(0)))).toBe('FORBIDDEN');
    expect(await codeOf(outside.join(roomOf(1)))).toBe('success');
    process.stdout.write(
      `kill ${kill + 1}: ${ackedNow.length} acked, all there once; ${unacked.length} unacked, of which ${appeared} were committed and came back as duplicates\n`,
    );
    clients.close();
  }
});
