import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EndpointsModule } from '@greenroom/nestjs/endpoint';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { OpenChatEndpoint } from '../src/open-chat/open-chat.endpoint.js';
import { Apps } from './kit/app.js';
import { Chromium, type Visitor } from './kit/browser.js';
import { Servers } from './kit/server.js';
import { becomes } from './kit/becomes.js';
import { eventually, within } from './kit/within.js';

/**
 * The client of the specification that the open endpoint is made for, to the letter. It is text and no code here, so that
 * no formatter and no compiler has a hand in it.
 */
const SEED = readFileSync(new URL('fixtures/seed-client.txt', import.meta.url), 'utf8');
/** Where the seed looks for its server. */
const SEEDS_SERVER = 'localhost:8000';
const PAGE = '<!doctype html><html lang="en"><title>Seed</title><body><script src="/seed.js"></script></body></html>';

/**
 * The seed reads every frame as JSON, and a binary one is none: its own handler throws then, and nobody catches that. No
 * server could help it but by not passing the bytes on. It costs the page that frame, not the connection.
 */
const READS_BYTES_AS_JSON = /^uncaught: .*"\[object Blob\]" is not valid JSON$/;

const WELCOME = { type: 'welcome', message: 'Connected!' };
const ALICE_JOINS = { type: 'join', user: 'Alice' };

const servers = new Servers();
const apps = new Apps();
const chromium = new Chromium();
const peers: Peer[] = [];
/**
 * The page around it. Truly served: to Chromium a page made up by `page.route` comes from nowhere, and may not connect to
 * this machine.
 */
const site = createServer(({ url }, response) => {
  const [type, body] = url === '/seed.js' ? ['text/javascript', SEED] : ['text/html', PAGE];
  response.setHeader('content-type', `${type}; charset=utf-8`).end(body);
});
beforeAll(() => new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve)));
afterEach(async () => {
  for (const { socket } of peers.splice(0)) socket.terminate();
  try {
    await chromium.leave();
  } finally {
    await chromium.close();
  }
});
afterAll(async () => {
  site.close();
  await Promise.all([servers.close(), apps.close()]);
});

/** A client without a browser. */
class Peer {
  readonly texts: unknown[] = [];
  readonly bytes: string[] = [];

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.bytes.push(data.toString('hex'));
      else this.texts.push(JSON.parse(data.toString()));
    });
  }

  static async come(url: string): Promise<Peer> {
    const socket = new WebSocket(new URL('/ws', url.replace('http', 'ws')));
    const peer = new Peer(socket);
    peers.push(peer);
    await within('the welcome', new Promise((resolve) => socket.once('message', resolve)));
    return peer;
  }
}

/** A browser that shows the seed's page, and what the seed has told its console. */
class SeedPage {
  /** What came after `Received:`. */
  readonly received: unknown[] = [];
  readonly said: string[] = [];
  /** What nobody caught. */
  uncaught = 0;

  private constructor(readonly visitor: Visitor) {
    visitor.page.on('pageerror', () => (this.uncaught += 1));
    visitor.page.on('console', (message) => {
      const [first, second] = message.args();
      if (message.text().startsWith('Received:') && second !== undefined)
        void second.jsonValue().then(
          (data) => this.received.push(data),
          // The page has gone.
          () => undefined,
        );
      else if (first !== undefined) this.said.push(message.text());
    });
  }

  static async open(): Promise<SeedPage> {
    const visitor = await chromium.visitor();
    const seed = new SeedPage(visitor);
    await visitor.page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    return seed;
  }

  /** As somebody at the page's console would: the seed itself says nothing but who it is. */
  async send(frame: string): Promise<void> {
    await this.visitor.page.evaluate(`ws.send(${JSON.stringify(frame)})`);
  }

  isConnected(): Promise<boolean> {
    return this.visitor.page.evaluate('ws.readyState === WebSocket.OPEN');
  }
}

/** For a browser, the server that the seed names is the one at `url`: its script stays as it is. */
const mapSeedTo = (url: string): Promise<Chromium> =>
  chromium.start([`--host-resolver-rules=MAP ${SEEDS_SERVER} ${new URL(url).host}`]);

it("the seed's own page is welcomed, joins and chats, while two other clients exchange binary frames", async () => {
  const { url } = await servers.start();
  await mapSeedTo(url);
  const [bob, carol] = [await Peer.come(url), await Peer.come(url)];
  const alice = await SeedPage.open();
  await becomes(() => alice.received, [WELCOME, ALICE_JOINS]);
  await becomes(() => bob.texts, [WELCOME, ALICE_JOINS]);
  expect(alice.said).toEqual(['Connected']);

  const frames = Array.from({ length: 20 }, (_, i) => Buffer.alloc(i * 97, i));
  await chromium.expecting([READS_BYTES_AS_JSON], async () => {
    for (const [i, frame] of frames.entries()) {
      (i % 2 === 0 ? bob : carol).socket.send(frame);
      bob.socket.send(JSON.stringify({ type: 'message', text: `bob ${i}` }));
      await alice.send(i % 2 === 0 ? `alice ${i}` : JSON.stringify({ type: 'message', text: `alice ${i}` }));
    }
    const all = frames.map((frame) => frame.toString('hex')).sort();
    for (const peer of [bob, carol]) await becomes(() => [...peer.bytes].sort(), all);
    for (const name of ['alice', 'bob']) {
      const user = name === 'alice' ? 'Alice' : 'Anonymous';
      const chat = frames.map((_, i) => ({ type: 'message', user, text: `${name} ${i}` }));
      const of = (texts: readonly unknown[]) => texts.filter((each) => (each as { user?: string }).user === user);
      const joined = name === 'alice' ? [ALICE_JOINS] : [];
      await becomes(() => of(alice.received), [...joined, ...chat]);
      await becomes(() => of(carol.texts), [...joined, ...chat]);
    }
    await becomes(() => alice.uncaught, frames.length);
  });
  expect(await alice.isConnected()).toBe(true);
  expect(alice.said).toEqual(['Connected']);

  await alice.visitor.context.close();
  await becomes(() => bob.texts.at(-1), { type: 'leave', user: 'Alice' });
});

it('two seeds in two browsers hear each other, and of each other, to the end', async () => {
  const { url } = await servers.start();
  await mapSeedTo(url);
  const one = await SeedPage.open();
  await becomes(() => one.received, [WELCOME, ALICE_JOINS]);
  const two = await SeedPage.open();
  await becomes(() => two.received, [WELCOME, ALICE_JOINS]);
  const hostile = '<img src=x onerror=alert(1)> "quoted" \\ \u2028 \u202e 🦉';
  await one.send(JSON.stringify({ type: 'message', text: hostile }));
  await two.send(hostile);
  const message = { type: 'message', user: 'Alice', text: hostile };
  await becomes(() => two.received.slice(2), [message, message]);
  await two.visitor.page.close();
  await becomes(() => one.received.slice(2), [ALICE_JOINS, message, message, { type: 'leave', user: 'Alice' }]);
});

it('the seed, which knows nothing of pings, outlives many that it would be ended for not answering', async () => {
  // A page on a busy machine answers late.
  const pings = { pingEveryMs: 100, pingTimeoutMs: 5000 };
  const url = await apps.start({
    imports: [EndpointsModule.forRoot(pings), EndpointsModule.forFeature([OpenChatEndpoint])],
  });
  await mapSeedTo(url);
  const [bob, deaf] = [await Peer.come(url), await Peer.come(url)];
  const alice = await SeedPage.open();
  await becomes(() => bob.texts, [WELCOME, ALICE_JOINS]);
  let pinged = 0;
  bob.socket.on('ping', () => (pinged += 1));
  // It answers no more, and is ended: so would the page be.
  deaf.socket.pause();
  await becomes(() => bob.texts.slice(2), [{ type: 'leave', user: 'Anonymous' }]);
  await eventually('many pings', () => pinged >= 20);
  expect(await alice.isConnected()).toBe(true);
  bob.socket.send('still there?');
  await becomes(() => alice.received.at(-1), { type: 'message', user: 'Anonymous', text: 'still there?' });
  expect(alice.said).toEqual(['Connected']);
});
