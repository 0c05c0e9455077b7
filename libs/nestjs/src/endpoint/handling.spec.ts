import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../gateway/rooms.fixture.js';
import type { Connection } from './connection.js';
import { EndpointApp, Gate, until } from './endpoint-app.fixture.js';
import type { EndpointOptions } from './endpoint.options.js';
import { OnBinary, OnClose, OnConnect, OnError, OnMessage } from './handlers.decorators.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp;
afterEach(() => app.stop());

/** A class that notes all that it is told, and takes as long as the spec wants it to. */
const noting = (options: EndpointOptions = {}) => {
  const noted: unknown[] = [];
  const waits = new Map<string, Gate>();
  @WebSocketEndpoint('/ws', options)
  class Noting {
    @OnConnect()
    async hello(connection: Connection) {
      noted.push('connect');
      await waits.get('connect')?.opened;
      connection.data['greeted'] = true;
      noted.push('connected');
    }
    @OnMessage()
    async said(_: Connection, text: string) {
      noted.push(text);
      await waits.get(text)?.opened;
      if (text.startsWith('boom')) throw new Error(text);
      noted.push(`${text}.`);
    }
    @OnBinary()
    bytes(_: Connection, bytes: Buffer) {
      noted.push([...bytes]);
    }
    @OnClose()
    async bye({ data }: Connection, code: number, reason: string) {
      noted.push('close');
      await waits.get('close')?.opened;
      noted.push([code, reason, data]);
    }
  }
  return { Noting, noted, waits };
};

describe('what happens to one connection', () => {
  it('is handled one at a time in the order it came, @OnConnect first and @OnClose last', async () => {
    const { Noting, noted, waits } = noting();
    const [connect, a] = [new Gate(), new Gate()];
    waits.set('connect', connect).set('a', a);
    app = await EndpointApp.start([Noting]);
    const client = await app.client().send('a', Buffer.from([1, 2]), 'b');
    client.socket.close(4321, 'enough');
    await until(() => noted.length === 1);
    await client.closed;
    connect.open();
    await until(() => noted.includes('a'));
    expect(noted).toEqual(['connect', 'connected', 'a']);
    a.open();
    await until(() => noted.length === 9);
    expect(noted.slice(2)).toEqual(['a', 'a.', [1, 2], 'b', 'b.', 'close', [4321, 'enough', { greeted: true }]]);
  });

  it('waits for no other connection', async () => {
    const { Noting, noted, waits } = noting();
    waits.set('stuck', new Gate());
    app = await EndpointApp.start([Noting]);
    await app.client().send('stuck');
    await until(() => noted.includes('stuck'));
    await app.client().send('free');
    await until(() => noted.includes('free.'));
    waits.get('stuck')?.open();
  });

  it('ends with 1006 for a peer that vanishes, once', async () => {
    const { Noting, noted } = noting();
    app = await EndpointApp.start([Noting]);
    const client = await app.client().send('a');
    await until(() => noted.includes('a.'));
    client.socket.terminate();
    await until(() => noted.length === 6);
    await app.nest.close();
    expect(noted.slice(4)).toEqual(['close', [1006, '', { greeted: true }]]);
  });

  it('is forgotten when the app closes it, save for its @OnClose', async () => {
    const noted: unknown[] = [];
    @WebSocketEndpoint('/ws')
    class Closing {
      @OnMessage()
      async said(connection: Connection, text: string) {
        noted.push(text);
        await new Promise((resolve) => setImmediate(resolve));
        connection.close(4000, 'bye');
        connection.close(4001, 'again');
        noted.push([connection.isOpen, connection.send('late')]);
      }
      @OnClose()
      bye(_: Connection, code: number, reason: string) {
        noted.push([code, reason]);
      }
    }
    app = await EndpointApp.start([Closing]);
    const client = await app.client().send('a', 'b', 'c');
    expect(await client.closed).toEqual({ code: 4000, reason: 'bye' });
    await until(() => noted.length === 3);
    expect(noted).toEqual(['a', [false, false], [4000, 'bye']]);
    expect(client.received).toEqual([]);
  });
});

describe('a handler that throws', () => {
  it('is told to @OnError; the connection stays, and goes on', async () => {
    const noted: unknown[] = [];
    @WebSocketEndpoint('/ws')
    class Failing {
      @OnConnect()
      hello() {
        // oxlint-disable-next-line typescript/only-throw-error -- what people do
        throw 'no error at all';
      }
      @OnMessage()
      async said(_: Connection, text: string) {
        if (text === 'boom') throw new TypeError('boom');
        noted.push(text);
      }
      @OnBinary()
      bytes() {
        throw new Error('bytes');
      }
      @OnError()
      failed(connection: Connection, error: Error) {
        noted.push([connection.isOpen, error.message]);
        if (error.message === 'boom') throw new Error('again');
      }
      @OnClose()
      async bye() {
        throw new Error('close');
      }
    }
    app = await EndpointApp.start([Failing]);
    const client = await app.client().send('boom', Buffer.from([1]), 'fine');
    await until(() => noted.length === 4);
    expect(noted).toEqual([[true, "'no error at all'"], [true, 'boom'], [true, 'bytes'], 'fine']);
    expect(app.logged).toEqual([expect.stringContaining('/ws: @OnError failed: again')]);
    client.socket.close();
    await until(() => app.logged.length === 2);
    expect(app.logged[1]).toContain('/ws: @OnClose failed: close');
    expect(client.received).toEqual([]);
    expect(await app.client().opened).toBe('open');
  });

  it('is logged once where there is no @OnError, and told to nobody', async () => {
    const { Noting, noted } = noting();
    app = await EndpointApp.start([Noting]);
    const client = await app.client().send('boom', 'fine');
    await until(() => noted.includes('fine.'));
    expect(app.logged).toEqual([expect.stringContaining('boom')]);
    expect(client.received).toEqual([]);
  });
});

describe('a socket that fails', () => {
  it('a message above maxBytes closes with 1009, which @OnError and then @OnClose are told', async () => {
    const noted: unknown[] = [];
    @WebSocketEndpoint('/ws', { maxBytes: 1000 })
    class Small {
      @OnMessage()
      said(_: Connection, text: string) {
        noted.push(text.length);
      }
      @OnError()
      failed(_: Connection, { message }: Error) {
        noted.push(message);
      }
      @OnClose()
      bye() {
        noted.push('close');
      }
    }
    app = await EndpointApp.start([Small]);
    const client = await app.client().send('x'.repeat(1000), 'x'.repeat(1001));
    expect((await client.closed).code).toBe(1009);
    await until(() => noted.length === 3);
    expect(noted).toEqual([1000, 'Max payload size exceeded', 'close']);
  });

  it('is silent beyond the heartbeat and gone', async () => {
    const clock = new ManualClock();
    const { Noting, noted } = noting();
    app = await EndpointApp.start([Noting], { options: { clock } });
    const raw = app.raw();
    const alive = app.client();
    await until(() => noted.length === 4);
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    clock.advance(25_000);
    await pinged;
    // Its answer comes behind the ping.
    await alive.send('heard');
    await until(() => noted.includes('heard.'));
    clock.advance(20_000);
    await until(() => noted.includes('close'));
    expect(noted.filter((each) => each === 'close')).toHaveLength(1);
    expect(app.endpoint(Noting).size).toBe(1);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
    raw.destroy();
  });
});

describe('a sender that is faster than its handlers', () => {
  it('is not read while too much waits, loses nothing, and no heartbeat ends it meanwhile', async () => {
    const clock = new ManualClock();
    const { Noting, noted, waits } = noting({ rateLimit: false, receiveQueueFrames: 20 });
    const gate = new Gate();
    waits.set('0', gate);
    app = await EndpointApp.start([Noting], { options: { clock } });
    const client = app.client();
    // One of each chunk the socket is read in, and more than the system holds by itself.
    const messages = Array.from({ length: 400 }, (_, i) => `${i}`);
    await client.opened;
    for (const message of messages) client.socket.send(message === '0' ? message : message.padEnd(60_000, ' '));
    await until(() => noted.includes('0'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.socket.bufferedAmount).toBeGreaterThan(1_000_000);
    for (let i = 0; i < 4; i += 1) clock.advance(25_000);
    gate.open();
    await until(() => noted.length === 2 + 2 * messages.length);
    const said = noted.filter((each): each is string => typeof each === 'string' && each.endsWith('.'));
    expect(said.map((text) => text.slice(0, -1).trim())).toEqual(messages);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('can be closed while it is not read: its answer is read then', async () => {
    const { Noting, noted, waits } = noting({ rateLimit: false, receiveQueueFrames: 4 });
    waits.set('0', new Gate());
    app = await EndpointApp.start([Noting]);
    const client = await app.client().send('0', '1', '2', '3');
    await until(() => noted.includes('0'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const connection of app.endpoint(Noting)) connection.close(4000);
    expect(await client.closed).toEqual({ code: 4000, reason: '' });
    waits.get('0')?.open();
    await until(() => noted.includes('close'));
    expect(noted).not.toContain('1');
  });

  it('is slowed to its rate, without losing a message', async () => {
    const clock = new ManualClock();
    const { Noting, noted } = noting({ messages: { perSecond: 10, burst: 3 } });
    app = await EndpointApp.start([Noting], { options: { clock } });
    await app.client().send('1', '2', '3', '4', '5');
    await until(() => noted.includes('3.'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(noted).not.toContain('4');
    clock.advance(100);
    await until(() => noted.includes('4.'));
    expect(noted).not.toContain('5');
    clock.advance(100);
    await until(() => noted.includes('5.'));
  });

  it('that sends far too many at once is closed (4429), and no more of them is handled', async () => {
    const { Noting, noted, waits } = noting({ receiveQueueFrames: 50 });
    waits.set('0', new Gate());
    app = await EndpointApp.start([Noting]);
    const client = app.client();
    await client.opened;
    for (let i = 0; i < 1000; i += 1) client.socket.send(`${i}`);
    expect(await client.closed).toEqual({ code: 4429, reason: 'too many messages' });
    waits.get('0')?.open();
    await until(() => noted.includes('close'));
    expect(noted).not.toContain('1');
  });

  it('is neither slowed nor closed with rateLimit off', async () => {
    const { Noting, noted } = noting({ receiveQueueFrames: 50, messages: { perSecond: 1, burst: 1 } });
    app = await EndpointApp.start([Noting], { options: { rateLimit: false } });
    const client = app.client();
    await client.opened;
    for (let i = 0; i < 1000; i += 1) client.socket.send(`${i}`);
    await until(() => noted.includes('999.'));
  });
});
