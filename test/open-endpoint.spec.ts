import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, type ClientOptions } from 'ws';
import { Servers, type Server } from './kit/server.js';
import { eventually, pause, within } from './kit/within.js';

const servers = new Servers();
const chatters: Chatter[] = [];
let server: Server;
beforeAll(async () => {
  server = await servers.start();
});
afterEach(async () => {
  for (const { socket } of chatters) socket.terminate();
  await Promise.all(chatters.splice(0).map(({ closed }) => closed));
  // The next test begins in an empty chat.
  await pause(50);
});
afterAll(() => servers.close());

/** A stock `ws`, which knows nothing of Greenroom. */
class Chatter {
  readonly texts: unknown[] = [];
  readonly bytes: Buffer[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.bytes.push(data);
      else this.texts.push(JSON.parse(data.toString()));
    });
  }

  send(...frames: readonly (string | Uint8Array)[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  heard(count: number): Promise<void> {
    return eventually(`${count} texts`, () => this.texts.length >= count);
  }
}

const WELCOME = { type: 'welcome', message: 'Connected!' };
const JOIN_ALICE = '{"type":"join","username":"Alice"}';

const enter = async (options: ClientOptions = {}, { url } = server, path = '/ws'): Promise<Chatter> => {
  const socket = new WebSocket(new URL(path, url.replace('http', 'ws')), options);
  const chatter = new Chatter(socket);
  chatters.push(chatter);
  await within('the welcome', new Promise((resolve) => socket.once('message', resolve)));
  return chatter;
};

describe('the open endpoint', () => {
  it('welcomes the newcomer alone, names who joins to all, and passes on what they say', async () => {
    const alice = await enter();
    const ben = await enter();
    alice.send(JOIN_ALICE);
    await ben.heard(2);
    ben.send('{"type":"message","text":"hi"}', 'plain text');
    alice.send('{"text":"hello"}', '{"type":"join","username":"Al"}', 'renamed');
    await Promise.all([alice.heard(7), ben.heard(7)]);
    const [first, ...rest] = alice.texts;
    expect(first).toEqual(WELCOME);
    expect(rest[0]).toEqual({ type: 'join', user: 'Alice' });
    expect(rest).toHaveLength(6);
    expect(rest.filter((text) => (text as { user: string }).user === 'Anonymous')).toEqual([
      { type: 'message', user: 'Anonymous', text: 'hi' },
      { type: 'message', user: 'Anonymous', text: 'plain text' },
    ]);
    expect(rest.filter((text) => (text as { user: string }).user !== 'Anonymous')).toEqual([
      { type: 'join', user: 'Alice' },
      { type: 'message', user: 'Alice', text: 'hello' },
      { type: 'join', user: 'Al' },
      { type: 'message', user: 'Al', text: 'renamed' },
    ]);
    expect(ben.texts).toEqual(alice.texts);
  });

  it('tells all others of whoever leaves, however they do', async () => {
    const [alice, ben, anonymous] = [await enter(), await enter(), await enter()];
    alice.send(JOIN_ALICE);
    await ben.heard(2);
    alice.socket.close();
    await ben.heard(3);
    anonymous.socket.terminate();
    await ben.heard(4);
    expect(ben.texts.slice(2)).toEqual([
      { type: 'leave', user: 'Alice' },
      { type: 'leave', user: 'Anonymous' },
    ]);
    expect(alice.texts).toEqual([WELCOME, { type: 'join', user: 'Alice' }]);
  });

  it('passes binary frames on to all as they came, while others chat', async () => {
    const [one, two, three] = [await enter(), await enter(), await enter()];
    const frames = Array.from({ length: 60 }, (_, i) =>
      Buffer.from(Array.from({ length: i * 37 }, (_, k) => (i + k) % 256)),
    );
    for (const [i, frame] of frames.entries()) {
      (i % 2 === 0 ? one : two).send(frame);
      three.send(`text ${i}`);
      if (i % 10 === 0) await pause(1);
    }
    for (const chatter of [one, two, three]) {
      await eventually('all frames', () => chatter.bytes.length === 60 && chatter.texts.length === 61);
      for (const sender of [0, 1]) {
        const from = frames.filter((_, i) => i % 2 === sender).map((frame) => frame.toString('hex'));
        const all = chatter.bytes.map((bytes) => bytes.toString('hex'));
        expect(all.filter((hex) => from.includes(hex))).toEqual(from);
      }
      expect(chatter.texts.slice(1)).toEqual(
        frames.map((_, i) => ({ type: 'message', user: 'Anonymous', text: `text ${i}` })),
      );
    }
  });

  it('takes whatever is sent for what it is, and goes on', async () => {
    const [alice, ben] = [await enter(), await enter()];
    const frames = [
      '{"type":"join"}',
      '{"type":"join","username":7}',
      '{"text":5}',
      '[1]',
      'null',
      '"\u0000\u2028"',
      '{"__proto__":{"text":"x"}}',
      '["'.padEnd(60_000, '['),
    ];
    alice.send(...frames);
    await ben.heard(1 + frames.length);
    expect(ben.texts.slice(1)).toEqual(frames.map((text) => ({ type: 'message', user: 'Anonymous', text })));
  });

  it('closes with 1009 above 64 KiB, and the others are told that somebody left', async () => {
    const [alice, ben] = [await enter(), await enter()];
    alice.send(JOIN_ALICE, 'x'.repeat(65_536));
    await ben.heard(3);
    alice.send('x'.repeat(65_537));
    expect((await within('the close', alice.closed)).code).toBe(1009);
    await ben.heard(4);
    expect(ben.texts[2]).toMatchObject({ user: 'Alice', text: 'x'.repeat(65_536) });
    expect(ben.texts[3]).toEqual({ type: 'leave', user: 'Alice' });
  });

  it('lets pages of any origin in, by any query, and nobody in by another path', async () => {
    await enter({ origin: 'https://elsewhere.example' }, server, '/ws?room=1');
    const lost = new WebSocket(new URL('/ws/', server.url.replace('http', 'ws')));
    const error = await within('the refusal', new Promise<Error>((resolve) => lost.once('error', resolve)));
    expect(error.message).toContain('404');
  });

  it("is all that a browser's own WebSocket needs", async () => {
    const [alice, page] = [await enter(), new WebSocket(`${server.url.replace('http', 'ws')}/ws`)];
    const data: unknown[] = [];
    // As a page has it, and not as `ws` has it besides.
    page.addEventListener('message', (event) => void data.push(JSON.parse(event.data as string)));
    page.addEventListener('open', () => page.send(JSON.stringify({ type: 'join', username: 'Alice' })));
    await alice.heard(2);
    await eventually('both', () => data.length === 2);
    expect(data).toEqual([WELCOME, { type: 'join', user: 'Alice' }]);
    page.close();
    await alice.heard(3);
    expect(alice.texts[2]).toEqual({ type: 'leave', user: 'Alice' });
  });
});

it('a server that is stopped closes everybody with 1001, and ends with 0', async () => {
  const own = await servers.start();
  const [alice, ben] = [await enter({}, own), await enter({}, own)];
  const exit = await own.stop();
  expect(exit).toEqual({ code: 0, signal: null });
  for (const { closed } of [alice, ben]) expect((await closed).code).toBe(1001);
  expect(own.stderr).toBe('');
});

it('with RATE_LIMIT=off everybody may connect and say as much as they like, in order', async () => {
  const own = await servers.start({ RATE_LIMIT: 'off' });
  const all = await Promise.all(Array.from({ length: 120 }, () => enter({}, own)));
  const [one] = all;
  const texts = Array.from({ length: 500 }, (_, i) => `${i}`);
  one?.send(...texts);
  await eventually('all texts', () => all.every(({ texts }) => texts.length === 501));
  expect(all.at(-1)?.texts.slice(1)).toEqual(texts.map((text) => ({ type: 'message', user: 'Anonymous', text })));
});
