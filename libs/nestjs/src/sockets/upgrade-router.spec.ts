import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { WebSocketServer } from 'ws';
import { GatewayApp } from '../gateway/app.fixture.js';
import { UpgradeRouter } from './upgrade-router.js';

/** Accepts only when told to, which may be later than engine.io has patience. */
@Injectable()
class Slow implements OnModuleInit {
  accept = (): void => undefined;
  #asked = (): void => undefined;
  readonly asked = new Promise<void>((resolve) => {
    this.#asked = resolve;
  });
  readonly #server = new WebSocketServer({ noServer: true });

  constructor(private readonly router: UpgradeRouter) {}

  onModuleInit(): void {
    this.router.route('/slow', (request, socket, head) => {
      this.accept = () => this.#server.handleUpgrade(request, socket, head, (webSocket) => webSocket.close(4000));
      this.#asked();
    });
  }
}

@WebSocketGateway({ path: '/mine' })
class Mine {}

@WebSocketGateway()
class Pathless {}

let app: GatewayApp;
afterEach(() => app.stop());

describe.each(['express', 'fastify'] as const)('on %s', (http) => {
  it('both carriers share one port, and an unknown path is a 404', async () => {
    app = await GatewayApp.start({ http });
    expect(await app.plain('ann').next('hello')).toMatchObject({ v: 1 });
    expect(await app.io('ann').opened).toBe('open');
    for (const path of [
      '/nope',
      '/',
      '/rooms/',
      '/rooms/x',
      '/socket.io-evil/',
      '/socket.io/x',
      '//rooms',
      '//socket.io/',
      '/ROOMS',
    ]) {
      // The other server would end it without a word, a second later.
      expect(await app.plain('ann', { path }).opened).toBe('Unexpected server response: 404');
    }
  });

  it('an upgrade that is accepted after 1.5 s is not killed by the other server', async () => {
    app = await GatewayApp.start({ http, providers: [Slow] });
    const client = app.plain(undefined, { path: '/slow' });
    const slow = app.app.get(Slow);
    await slow.asked;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    slow.accept();
    expect(await client.closed).toMatchObject({ code: 4000 });
  });
});

describe("under Nest's WsAdapter", () => {
  it("the app's own gateway and the plain carrier share one port; there is no Socket.IO", async () => {
    app = await GatewayApp.start({ adapter: 'ws', providers: [Mine] });
    expect(await app.plain('ann').next('hello')).toMatchObject({ v: 1 });
    expect(await app.plain(undefined, { path: '/mine' }).opened).toBe('open');
    for (const path of ['/', '/nope'])
      expect(await app.plain(undefined, { path }).opened).toBe('Unexpected server response: 404');
  });

  it("a gateway of the app's that names no path is at /", async () => {
    app = await GatewayApp.start({ adapter: 'ws', providers: [Pathless] });
    expect(await app.plain('ann').next('hello')).toMatchObject({ v: 1 });
    expect(await app.plain(undefined, { path: '/' }).opened).toBe('open');
    expect(await app.plain(undefined, { path: '/nope' }).opened).toBe('Unexpected server response: 404');
  });
});

it('two servers for one path are refused at start', async () => {
  app = await GatewayApp.start();
  expect(() => app.app.get(UpgradeRouter).route('/rooms', () => undefined)).toThrow('/rooms');
});
