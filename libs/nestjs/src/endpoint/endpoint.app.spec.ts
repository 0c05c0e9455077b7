import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryRoomStore } from '@greenroom/rooms';
import { Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { io } from 'socket.io-client';
import { ManualClock } from '../gateway/rooms.fixture.js';
import { RoomsModule } from '../rooms.module.js';
import type { Connection } from './connection.js';
import { EndpointApp, Gate, until, type EndpointAppOptions } from './endpoint-app.fixture.js';
import { OnClose, OnConnect, OnMessage } from './handlers.decorators.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp;
afterEach(() => app.stop());

const told: unknown[] = [];
afterEach(() => void told.splice(0));

@WebSocketEndpoint('/ws')
class Echo {
  @OnConnect()
  hello() {
    told.push('hello');
  }
  @OnMessage()
  said(connection: Connection, text: string) {
    connection.send(text);
  }
  @OnClose()
  async bye(_: Connection, code: number) {
    await pause(20);
    told.push(code);
  }
}

const rooms = (gateway?: false) =>
  RoomsModule.forRoot({
    store: new MemoryRoomStore(),
    authenticator: { authenticate: async ({ token }) => ({ user: { id: token, name: token } }) },
    ...(gateway === false && { gateway }),
  });
const echoes = async (path = '/ws'): Promise<void> => {
  expect(await (await app.client(path).send('hi')).first(1)).toEqual(['hi']);
};
const isNotFound = async (path: string): Promise<void> =>
  expect(await app.client(path).opened).toMatchObject({ status: 404 });

describe.each(['express', 'fastify'] as const)('on %s', (http) => {
  it('an endpoint works without rooms, and other paths are a 404', async () => {
    app = await EndpointApp.start([Echo], { http });
    await echoes();
    await echoes('/ws?x=1');
    for (const path of ['/', '/ws/', '/WS', '//ws', '/ws/x']) await isNotFound(path);
  });

  it('an endpoint works beside rooms over both carriers, in any order of modules', async () => {
    for (const order of ['after', 'before']) {
      @WebSocketEndpoint('/ws')
      class Own extends Echo {}
      const parts: EndpointAppOptions = { http, imports: [rooms()] };
      app =
        order === 'after'
          ? await EndpointApp.start([Own], parts)
          : await EndpointApp.start([], { ...parts, providers: [Own] });
      await echoes();
      const plain = app.client('/rooms', { headers: { authorization: 'Bearer ann' } });
      expect(String((await plain.first(1))[0])).toContain('"op":"hello"');
      const socket = io(`http://127.0.0.1:${app.port}/rooms`, { auth: { token: 'ann' }, transports: ['websocket'] });
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      socket.disconnect();
      await isNotFound('/nope');
      expect((app.nest.getHttpServer() as Server).listenerCount('upgrade')).toBe(1);
      if (order === 'after') await app.stop();
    }
  });
});

@WebSocketGateway({ path: '/mine' })
class Mine {}

it("an endpoint works under Nest's WsAdapter, beside a gateway of the app's own and plain rooms", async () => {
  app = await EndpointApp.start([Echo], { adapter: 'ws', providers: [Mine], imports: [rooms(false)] });
  await echoes();
  expect(await app.client('/mine').opened).toBe('open');
  const plain = app.client('/rooms', { headers: { authorization: 'Bearer ann' } });
  expect(String((await plain.first(1))[0])).toContain('"op":"hello"');
  await isNotFound('/nope');
});

it("an endpoint works beside a Socket.IO gateway of the app's own, without rooms", async () => {
  @WebSocketGateway()
  class Chat {}
  app = await EndpointApp.start([Echo], { providers: [Chat] });
  await echoes();
  const socket = io(`http://127.0.0.1:${app.port}`, { transports: ['websocket'] });
  await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
  socket.disconnect();
});

describe('when the app closes', () => {
  it('connections are closed (1001), and every @OnClose has run before it is', async () => {
    app = await EndpointApp.start([Echo]);
    const clients = [app.client(), app.client()];
    await until(() => told.length === 2);
    await app.nest.close();
    expect(told.slice(2)).toEqual([1001, 1001]);
    for (const client of clients)
      expect(await client.closed).toEqual({ code: 1001, reason: 'The server is going down.' });
    expect(app.endpoint(Echo).size).toBe(0);
  });

  it('who does not answer is ended after a second', async () => {
    const clock = new ManualClock();
    app = await EndpointApp.start([Echo], { options: { clock } });
    const raw = app.raw();
    await until(() => told.length === 1);
    raw.pause();
    const before = clock.pending;
    const closing = app.nest.close();
    await until(() => clock.pending > before);
    clock.advance(999);
    await pause(20);
    expect(told).toEqual(['hello']);
    clock.advance(1);
    await closing;
    expect(told).toEqual(['hello', 1006]);
  });

  it('a handler that never settles is waited for no longer than five seconds, and it is said', async () => {
    @WebSocketEndpoint('/ws')
    class Stuck {
      @OnMessage()
      async said() {
        told.push('stuck');
        await new Promise(() => undefined);
      }
    }
    const clock = new ManualClock();
    app = await EndpointApp.start([Stuck], { options: { clock } });
    const client = await app.client().send('a');
    await until(() => told.length === 1);
    const closing = app.nest.close();
    await client.closed;
    clock.advance(5000);
    await closing;
    expect(app.logged).toEqual(["/ws: 1 connections' handlers are not waited for."]);
  });

  it('nobody comes in any more, nor who is still at the guards', async () => {
    const gate = new Gate();
    @Injectable()
    class Slow implements CanActivate {
      async canActivate(): Promise<boolean> {
        told.push('asked');
        await gate.opened;
        return true;
      }
    }
    @WebSocketEndpoint('/slow')
    @UseGuards(Slow)
    class Guarded extends Echo {}
    const late: unknown[] = [];
    @Injectable()
    class Hook {
      async beforeApplicationShutdown() {
        late.push(await app.client('/ws').opened);
      }
    }
    app = await EndpointApp.start([Echo, Guarded], { providers: [Hook] });
    const raw = app.raw('/slow');
    await until(() => told.length === 1);
    const closing = app.nest.close();
    const [answer] = (await once(raw, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 503 /);
    await closing;
    gate.open();
    await pause(20);
    expect(late).toEqual([expect.objectContaining({ status: 503 })]);
    expect(told).toEqual(['asked']);
  });
});
