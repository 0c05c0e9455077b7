import { afterEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CARRIERS, GatewayApp } from './app.fixture.js';
import { RoomsGateway } from './rooms.gateway.js';

@WebSocketGateway({ namespace: '/play' })
class AppGateway extends RoomsGateway {
  @SubscribeMessage('greet')
  greet(@MessageBody() name: string): string {
    return `hello ${name}`;
  }

  @SubscribeMessage('ping')
  ping(): string {
    return 'never';
  }
}

let app: GatewayApp;
afterEach(() => app.stop());

it("an app's own gateway class has its own namespace and events, and the operations stay ours", async () => {
  app = await GatewayApp.start({ gatewayClass: AppGateway });
  const ann = app.io('ann', {}, '/play');
  expect(await ann.ask('join', { room: 'chat/cats' })).toMatchObject({ ok: true });
  expect(await ann.socket.emitWithAck('greet', 'Ann')).toBe('hello Ann');
  expect(await ann.ask('ping', { t: 1 })).toEqual({ ok: true, t: 1 });
  expect(await ann.ask('shout')).toMatchObject({ error: { code: 'UNKNOWN_OP' } });
  expect(await ann.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'hi' } })).toMatchObject({ ok: true });
  expect(await ann.next('events')).toMatchObject({ to: 1 });
});

it.each(CARRIERS)(
  'what fails inside is logged once, with where and why, without the payload, over %s',
  async (_, connect) => {
    app = await GatewayApp.start();
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    try {
      const ann = connect(app, 'ann');
      await ann.ask('join', { room: 'chat/cats' });
      app.admission.onCommand = () => Promise.reject(new Error('a bug'));
      await ann.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'geheim' } });
      expect(logged).toHaveBeenCalledTimes(1);
      const said = logged.mock.calls[0]?.join(' ') ?? '';
      expect(said).toContain(app.connections.ofUser('ann')[0]?.id);
      for (const part of ['send', 'chat/cats', 'a bug']) expect(said).toContain(part);
      expect(said).not.toContain('geheim');
    } finally {
      logged.mockRestore();
    }
  },
);
