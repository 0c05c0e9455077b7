import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocketGateway } from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { CARRIERS, GatewayApp, type AppOptions } from '../gateway/app.fixture.js';
import { RoomsGateway } from '../gateway/rooms.gateway.js';

let app: GatewayApp;
afterEach(async () => {
  for (const engine of engines.splice(0)) engine.terminate();
  await app.stop();
});
const start = async (connectionsPerAddress: number, options: AppOptions = {}): Promise<void> => {
  app = await GatewayApp.start({ ...options, gateway: { connectionsPerAddress } });
};

const engines: WebSocket[] = [];
/** engine.io alone: no namespace is asked for. */
const engine = (headers: Record<string, string> = {}): WebSocket => {
  const socket = new WebSocket(`ws://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=websocket`, { headers });
  engines.push(socket);
  return socket;
};
/** What became of it: `open`, or the status it was refused with, which of an upgrade is always 400. */
const outcome = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('message', () => resolve('open'));
    socket.once('unexpected-response', (_, { statusCode }: IncomingMessage) => resolve(`${statusCode}`));
    socket.once('error', () => {});
  });

/** Resolves when somebody is: the server hears in its own time that another has gone. */
const letIn = async (): Promise<void> => {
  for (let isIn = false; !isIn;) {
    const { pushes, closed } = app.plain('cat');
    isIn = await Promise.race([pushes.next('hello').then(() => true), closed.then(() => false)]);
  }
};

describe('connections of one address', () => {
  it.each(CARRIERS)('are as many as they may be, not one more, over %s', async (_, connect) => {
    await start(2);
    const [ann, ben] = [connect(app, 'ann'), connect(app, 'ben')];
    expect(await Promise.all([ann.next('hello'), ben.next('hello')])).toHaveLength(2);
    for (const [, other] of CARRIERS) {
      const late = other(app, 'cat');
      if ('io' in late.socket) expect(await late.opened).toBe('websocket error');
      else expect(await late.closed).toMatchObject({ code: 4429 });
    }
    ann.socket.close();
    await ann.closed;
    await letIn();
  });

  it('count from the handshake of Socket.IO, whatever it is that they ask for then', async () => {
    await start(3);
    expect(await Promise.all([engine(), engine(), engine()].map(outcome))).toEqual(['open', 'open', 'open']);
    expect(await outcome(engine())).toBe('400');
    expect(await app.plain('ann').closed).toMatchObject({ code: 4429 });
    expect((await fetch(`http://127.0.0.1:${app.port}/socket.io/?EIO=4&transport=polling`)).status).toBe(403);
    engines[0]?.close();
    await letIn();
  });

  it('count for as long as the transport lives, also when they have left the namespace', async () => {
    await start(1);
    const ann = engine();
    await once(ann, 'message');
    ann.send('40/rooms,{"token":"ann"}');
    await once(ann, 'message');
    expect(app.connections.size).toBe(1);
    ann.send('41/rooms,');
    while (app.connections.size > 0) await new Promise(setImmediate);
    expect(await outcome(engine())).toBe('400');
  });

  it('are not more when many are let through at once', async () => {
    const decisions: (() => void)[] = [];
    const allowRequest = (_: IncomingMessage, decide: (error: string | null, isAllowed: boolean) => void): void => {
      decisions.push(() => decide(null, true));
      if (decisions.length === 12) for (const decision of decisions) decision();
    };
    @WebSocketGateway({ namespace: '/rooms', allowRequest })
    class AppGateway extends RoomsGateway {}
    await start(3, { gatewayClass: AppGateway });
    const all = Array.from({ length: 12 }, () => engine());
    let left = 9;
    await new Promise<void>((resolve) => {
      for (const socket of all) socket.on('close', () => (left -= 1) === 0 && resolve());
    });
    expect(all.filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(3);
    expect(await app.plain('ann').closed).toMatchObject({ code: 4429 });
  });

  it('are one, when a stock client begins by polling and moves to a WebSocket', async () => {
    await start(1);
    const ann = app.io('ann', { transports: ['polling', 'websocket'] });
    expect(await ann.opened).toBe('open');
    const { engine: transport } = ann.socket.io;
    if (transport.transport.name === 'polling') await new Promise((resolve) => transport.once('upgrade', resolve));
    expect(await ann.ask('ping')).toMatchObject({ ok: true });
  });

  it("are asked for by the app's own allowRequest as well", async () => {
    const allowRequest = (request: IncomingMessage, decide: (error: string | null, isAllowed: boolean) => void): void =>
      decide(null, request.headers['x-app'] === 'yes');
    @WebSocketGateway({ namespace: '/rooms', allowRequest })
    class AppGateway extends RoomsGateway {}
    await start(1, { gatewayClass: AppGateway });
    expect(await outcome(engine({ 'x-app': 'no' }))).toBe('400');
    expect(await outcome(engine({ 'x-app': 'yes' }))).toBe('open');
    expect(await outcome(engine({ 'x-app': 'yes' }))).toBe('400');
  });
});
