import { afterEach, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway, type OnGatewayDisconnect } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { GatewayApp, until, type AppOptions, type IoClient } from '../gateway/app.fixture.js';
import { RoomsGateway } from '../gateway/rooms.gateway.js';

let app: GatewayApp;
afterEach(() => app.stop());

const enter = async (options: AppOptions = {}): Promise<IoClient> => {
  app = await GatewayApp.start(options);
  const ann = app.io('ann');
  expect(await ann.ask('join', { room: 'chat/cats' })).toMatchObject({ ok: true });
  return ann;
};
/** Who hears that a socket has gone: we do, and Nest unless it was left out. */
const hearers = (): number[] =>
  [...(app.gateway?.server?.sockets.values() ?? [])].map((socket) => socket.listenerCount('disconnect'));

it('a socket of rooms alone has nothing of Nest hung on it', async () => {
  const ann = await enter();
  expect(hearers()).toEqual([1]);
  ann.socket.close();
  await until(() => app.connections.size === 0);
  expect(app.rooms.dropped).toEqual(['ann']);
});

it("a gateway's own handleDisconnect is called", async () => {
  const left: string[] = [];
  @WebSocketGateway({ namespace: '/rooms' })
  class Noting extends RoomsGateway implements OnGatewayDisconnect<Socket> {
    handleDisconnect(socket: Socket): void {
      left.push(socket.id);
    }
  }
  const ann = await enter({ gatewayClass: Noting });
  const { id } = ann.socket;
  ann.socket.close();
  await until(() => left.length > 0);
  expect(left).toEqual([id]);
});

it('handlers of another gateway in the same namespace answer', async () => {
  @WebSocketGateway({ namespace: '/rooms' })
  class Other {
    @SubscribeMessage('greet')
    greet(): string {
      return 'hello';
    }
  }
  const ann = await enter({ providers: [Other] });
  expect(await ann.socket.emitWithAck('greet', 1)).toBe('hello');
});

it('what the app does itself when a socket connects is done', async () => {
  const seen: string[] = [];
  @Injectable()
  @WebSocketGateway({ namespace: '/rooms' })
  class Watching extends RoomsGateway {
    override afterInit(...[namespace]: Parameters<RoomsGateway['afterInit']>): void {
      super.afterInit(namespace);
      namespace.on('connection', ({ id }) => seen.push(id));
    }
  }
  const ann = await enter({ gatewayClass: Watching });
  expect(seen).toEqual([ann.socket.id]);
});

it.each(['bindClientConnect', 'bindClientDisconnect', 'bindMessageHandlers'] as const)(
  "an app's own adapter does its %s",
  async (name) => {
    let calls = 0;
    class Own extends IoAdapter {}
    const nests = IoAdapter.prototype[name] as (...args: unknown[]) => void;
    Object.assign(Own.prototype, {
      [name](this: IoAdapter, ...args: unknown[]): void {
        calls += 1;
        nests.apply(this, args);
      },
    });
    await enter({ adapter: (nest) => new Own(nest) });
    expect(calls).toBe(1);
  },
);
