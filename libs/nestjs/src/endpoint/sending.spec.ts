import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { Connection } from './connection.js';
import { EndpointApp, until } from './endpoint-app.fixture.js';
import { Endpoints } from './endpoints.js';
import { OnClose, OnConnect, OnError, OnMessage } from './handlers.decorators.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp;
afterEach(() => app.stop());

/** Keeps every connection, and what happened to it. */
const keeping = (path = '/ws') => {
  const connections: Connection[] = [];
  const noted: unknown[] = [];
  @WebSocketEndpoint(path)
  class Keeping {
    @OnConnect()
    hello(connection: Connection) {
      connections.push(connection);
    }
    @OnMessage()
    said(_: Connection, text: string) {
      noted.push(text);
    }
    @OnError()
    failed(_: Connection, { message }: Error) {
      noted.push(message);
    }
    @OnClose()
    bye({ id }: Connection, code: number) {
      noted.push([id, code]);
    }
  }
  return { Keeping, connections, noted };
};

/** A started app, and so many clients of its endpoint. */
const startWith = async (count: number) => {
  const kept = keeping();
  app = await EndpointApp.start([kept.Keeping]);
  const clients = [];
  for (let i = 0; i < count; i += 1) {
    clients.push(app.client());
    await until(() => kept.connections.length === i + 1);
  }
  const endpoint = app.endpoint(kept.Keeping);
  const [connection] = kept.connections;
  if (connection === undefined) throw new Error('nobody is there');
  return { ...kept, clients, endpoint, connection };
};

describe('a connection', () => {
  it('sends text and bytes as they are, and knows whether it is open', async () => {
    const { connection, clients } = await startWith(1);
    const bytes = new Uint8Array([9, 1, 2, 9]);
    const text = 'Zürich 東京 🦉 \u0000\u2028';
    expect(connection.isOpen).toBe(true);
    expect(connection.send(text)).toBe(true);
    expect(connection.send('')).toBe(true);
    for (const each of [bytes, bytes.buffer, bytes.subarray(1, 3), new DataView(bytes.buffer, 3)])
      expect(connection.sendBinary(each)).toBe(true);
    expect(await clients[0]?.first(6)).toEqual([
      text,
      '',
      Buffer.from(bytes),
      Buffer.from(bytes),
      Buffer.from([1, 2]),
      Buffer.from([9]),
    ]);
  });

  it('that is closed sends nothing, and says so', async () => {
    const { connection, clients, noted, endpoint } = await startWith(1);
    clients[0]?.socket.close();
    await until(() => noted.length === 1);
    expect([connection.isOpen, connection.send('a'), connection.sendBinary(Buffer.from('a'))]).toEqual([
      false,
      false,
      false,
    ]);
    connection.close();
    connection.close(4000);
    endpoint.broadcast('a');
    expect(noted).toHaveLength(1);
  });

  it.each([undefined, null, 5, {}, [], Buffer.from('a'), Symbol('a'), () => 'a'])(
    'cannot send %p as text',
    async (no) => {
      const { connection, endpoint } = await startWith(1);
      expect(() => connection.send(no as never)).toThrow(TypeError);
      expect(() => endpoint.broadcast(no as never)).toThrow(TypeError);
    },
  );

  it.each([undefined, null, 5, {}, [1, 2], 'text'])('cannot send %p as bytes', async (no) => {
    const { connection, endpoint } = await startWith(1);
    expect(() => connection.sendBinary(no as never)).toThrow(TypeError);
    expect(() => endpoint.broadcastBinary(no as never)).toThrow(TypeError);
  });

  it.each([
    [[], { code: 1000, reason: '' }],
    [[1000, 'done'], { code: 1000, reason: 'done' }],
    [[3000], { code: 3000, reason: '' }],
    [[4999, 'x'.repeat(123)], { code: 4999, reason: 'x'.repeat(123) }],
    [[4000, 'x'.repeat(200)], { code: 4000, reason: 'x'.repeat(123) }],
    // 40 times 3 bytes and 3 more: the last character of 4 bytes does not fit.
    [[4000, `${'東'.repeat(40)}🦉🦉`], { code: 4000, reason: '東'.repeat(40) }],
    [[4000, '\ufeffx\ud800'], { code: 4000, reason: '\ufeffx\ufffd' }],
  ] as [[number?, string?], object][])('closes as close(...%j) says', async (given, seen) => {
    const { connection, clients } = await startWith(1);
    connection.close(...given);
    expect(await clients[0]?.closed).toEqual(seen);
  });

  it.each([0, 999, 1001, 1005, 1006, 1009, 1015, 2999, 5000, 4000.5, NaN, '4000'])(
    'refuses close(%p), which is not for apps, and stays open',
    async (code) => {
      const { connection } = await startWith(1);
      expect(() => connection.close(code as number)).toThrow(RangeError);
      expect(connection.isOpen).toBe(true);
    },
  );

  it('that is not read is closed (4408); its neighbour misses nothing', async () => {
    const { connections, clients, endpoint, noted } = await startWith(2);
    const [slow] = connections;
    clients[0]?.socket.pause();
    let sent = 0;
    const text = 'x'.repeat(60_000);
    while (sent < 1000) {
      if (slow?.isOpen !== true) break;
      endpoint.broadcast(text);
      sent += 1;
      await clients[1]?.first(sent);
    }
    expect(slow?.isOpen).toBe(false);
    expect(slow?.send('more')).toBe(false);
    endpoint.broadcast('last');
    expect((await clients[1]?.first(sent + 1))?.at(-1)).toBe('last');
    clients[0]?.socket.resume();
    expect(await clients[0]?.closed).toEqual({ code: 4408, reason: 'slow reader' });
    await until(() => noted.length === 1);
  });

  it('has data of its own, and an id like no other', async () => {
    const { connections } = await startWith(3);
    for (const [i, { data }] of connections.entries()) data['own'] = i;
    expect(connections.map(({ data }) => data)).toEqual([{ own: 0 }, { own: 1 }, { own: 2 }]);
    expect(new Set(connections.map(({ id }) => id)).size).toBe(3);
  });
});

describe('an endpoint', () => {
  it('tells all its connections, or all but one', async () => {
    const { clients, connection, endpoint } = await startWith(3);
    endpoint.broadcast('to all');
    connection.endpoint.broadcast('to others', { except: connection });
    endpoint.broadcastBinary(new Uint8Array([1, 2]));
    endpoint.broadcastBinary(new Uint8Array([3]).buffer, { except: connection });
    endpoint.broadcast('end');
    const received = await Promise.all(clients.map((client, i) => client.first(i === 0 ? 3 : 5)));
    const others = ['to all', 'to others', Buffer.from([1, 2]), Buffer.from([3]), 'end'];
    expect(received).toEqual([['to all', Buffer.from([1, 2]), 'end'], others, others]);
  });

  it('knows those that are open', async () => {
    const { clients, connections, endpoint, noted } = await startWith(3);
    expect([endpoint.path, endpoint.size, [...endpoint]]).toEqual(['/ws', 3, connections]);
    clients[1]?.socket.terminate();
    await until(() => noted.length === 1);
    expect([endpoint.size, [...endpoint]]).toEqual([2, [connections[0], connections[2]]]);
  });

  it('is told through by any provider; its neighbours hear nothing of it', async () => {
    const [here, there] = [keeping('/ws'), keeping('/there')];
    @Injectable()
    class News {
      constructor(readonly endpoints: Endpoints) {}
    }
    app = await EndpointApp.start([here.Keeping, there.Keeping], { providers: [News] });
    const [client, other] = [app.client(), app.client('/there')];
    await until(() => here.connections.length + there.connections.length === 2);
    const { endpoints } = app.nest.get(News);
    endpoints.of(here.Keeping).broadcast('news');
    endpoints.of(there.Keeping).broadcast('other news');
    expect([await client.first(1), await other.first(1)]).toEqual([['news'], ['other news']]);
    class Nothing {}
    expect(() => endpoints.of(Nothing)).toThrow('Nothing is no endpoint of this app');
  });

  it('greets a newcomer before anybody else can tell them anything, and no longer counts who is gone in @OnClose', async () => {
    const sizes: number[] = [];
    @WebSocketEndpoint('/ws')
    class Greeting {
      @OnConnect()
      async hello(connection: Connection) {
        connection.send('welcome');
        connection.endpoint.broadcast(`now ${connection.endpoint.size}`);
      }
      @OnMessage()
      async said({ endpoint }: Connection, text: string) {
        endpoint.broadcast(text);
      }
      @OnClose()
      bye({ endpoint }: Connection) {
        sizes.push(endpoint.size);
        endpoint.broadcast('one less');
      }
    }
    app = await EndpointApp.start([Greeting], { options: { rateLimit: false } });
    const talker = await app.client().send();
    const talking = setInterval(() => talker.socket.send('talk'), 0);
    const newcomers = Array.from({ length: 20 }, () => app.client());
    for (const newcomer of newcomers) expect((await newcomer.first(1))[0]).toBe('welcome');
    clearInterval(talking);
    newcomers[0]?.socket.close();
    await until(() => sizes.length === 1 && talker.received.includes('one less'));
    expect(sizes).toEqual([20]);
  });
});
