import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WebSocketGateway, WebSocketServer, type OnGatewayInit } from '@nestjs/websockets';
import { Server, type Namespace } from 'socket.io';
import { io } from 'socket.io-client';
import { RoomsModule } from '../rooms.module.js';
import { memoryPorts } from './memory-ports.fixture.js';
import type { SocketIoAdapter } from './ports.js';
import { spreadSockets } from './spread-sockets.js';

type AdapterClass = Extract<SocketIoAdapter, new (...args: never[]) => unknown>;
const Plain = new Server().adapter() as AdapterClass;
class Shared extends Plain {}
class Own extends Plain {}

@WebSocketGateway()
class Root {
  @WebSocketServer() readonly server!: Server;
}
@WebSocketGateway({ namespace: '/news' })
class News {
  @WebSocketServer() readonly server!: Namespace;
}
@WebSocketGateway({ path: '/elsewhere' })
class Elsewhere {
  @WebSocketServer() readonly server!: Server;
}

let app: INestApplication;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await app.close();
});

const start = async (gateways: Type<object>[], before: (app: INestApplication) => void = () => {}): Promise<void> => {
  @Module({ imports: [RoomsModule.forRoot({ store: memoryPorts({ adapter: Shared }) })], providers: gateways })
  class App {}
  app = await NestFactory.create(App, { logger: false, abortOnError: false });
  before(app);
  await app.init();
};

const adapterOf = (gateway: Type<{ readonly server: Server | Namespace }>): unknown => {
  const { server } = app.get(gateway);
  return (server instanceof Server ? server.sockets : server).adapter.constructor;
};

describe('sockets of several nodes', () => {
  it('every namespace of every server that a gateway has gets the adapter', async () => {
    await start([Root, News, Elsewhere]);
    expect([adapterOf(Root), adapterOf(News), adapterOf(Elsewhere)]).toEqual([Shared, Shared, Shared]);
    expect(app.get(Root).server.of('/made-later').adapter).toBeInstanceOf(Shared);
  });

  it("also where the app has asked Socket.IO to recover connections, which is one process's affair", async () => {
    @WebSocketGateway({ connectionStateRecovery: {} })
    class Recovering extends Root {}
    await start([Recovering]);
    expect(adapterOf(Recovering)).toBe(Shared);
  });

  it("one that the app's own IoAdapter has set is kept", async () => {
    class OwnIoAdapter extends IoAdapter {
      override createIOServer(...given: Parameters<IoAdapter['createIOServer']>): Server {
        return super.createIOServer(...given).adapter(Own);
      }
    }
    await start([Root, News], (nest) => nest.useWebSocketAdapter(new OwnIoAdapter(nest)));
    expect([adapterOf(Root), adapterOf(News)]).toEqual([Own, Own]);
  });

  it('one that a gateway has set is kept, for all namespaces of its server, and for no other server', async () => {
    @WebSocketGateway()
    class Setting extends Root implements OnGatewayInit<Server> {
      afterInit(server: Server): void {
        server.adapter(Own);
      }
    }
    await start([Setting, News, Elsewhere]);
    expect([adapterOf(Setting), adapterOf(News), adapterOf(Elsewhere)]).toEqual([Own, Own, Shared]);
  });

  it('one that a single namespace was given is kept', async () => {
    @WebSocketGateway({ namespace: '/news' })
    class Setting extends News implements OnGatewayInit<Namespace> {
      afterInit(namespace: Namespace): void {
        namespace.adapter = new Own(namespace);
      }
    }
    await start([Root, Setting]);
    expect([adapterOf(Root), adapterOf(Setting)]).toEqual([Plain, Own]);
  });

  it('who came to a server before it had the adapter is sent away, and not left where nothing reaches them', async () => {
    await start([]);
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = new Server(http);
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/news`;
    const news = server.of('/news').on('connection', (socket) => void socket.join('cats'));
    const early = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
    ends.push(
      () => early.close(),
      () => server.close(),
    );
    await new Promise((resolve) => early.once('connect', () => resolve(undefined)));
    const gone = new Promise((resolve) => early.once('disconnect', resolve));
    spreadSockets([{ server }], Shared);
    await gone;
    early.connect();
    const told = new Promise((resolve) => early.once('told', resolve));
    await new Promise((resolve) => early.once('connect', () => resolve(undefined)));
    news.to('cats').emit('told', 'here');
    expect(await told).toBe('here');
  });
});
