import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CARRIERS, GatewayApp } from './app.fixture.js';

const carriers: typeof CARRIERS = [
  ...CARRIERS,
  ['Socket.IO over polling', (app, token) => app.io(token, { transports: ['polling'] })],
];

describe.each(['express', 'fastify'] as const)('on %s', (http) => {
  let app: GatewayApp;
  beforeEach(async () => {
    app = await GatewayApp.start({ http });
  });
  afterEach(() => app.stop());

  it.each(carriers)(
    '%s is greeted first, joins, and what it sends reaches all members and is acknowledged',
    async (_, connect) => {
      const ann = connect(app, 'ann');
      const ben = connect(app, 'ben');
      expect(await ann.next('hello')).toMatchObject({ v: 1, caps: [], limits: { maxBytes: 65_536 } });
      expect(ann.pushes.all).toHaveLength(1);
      expect(await ann.ask('join', { room: 'chat/cats' })).toMatchObject({
        ok: true,
        room: 'chat/cats',
        session: 'secret',
      });
      expect(await ben.ask('join', { room: 'chat/cats' })).toMatchObject({ ok: true, me: { id: 'ben', name: 'ben' } });
      expect(await ann.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'hi' } })).toEqual(
        expect.objectContaining({ ok: true, position: { epoch: 1, seq: 1 } }),
      );
      for (const client of [ann, ben])
        expect(await client.next('events')).toMatchObject({
          room: 'chat/cats',
          to: 1,
          events: [{ data: { text: 'hi' } }],
        });
      expect(await ann.ask('ping', { t: 7 })).toMatchObject({ ok: true, t: 7 });
      expect(await ann.ask('members', { room: 'chat/cats' })).toMatchObject({ ok: true, members: [], more: false });
      expect(await ann.ask('history', { room: 'chat/cats' })).toMatchObject({ ok: true, events: [], more: false });
      expect(await ann.ask('leave', { room: 'chat/cats' })).toMatchObject({ ok: true });
    },
  );
});
