import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { GatewayApp } from './app.fixture.js';

let app: GatewayApp;
beforeEach(async () => {
  app = await GatewayApp.start({ gateway: { rateLimit: false } });
});
afterEach(() => app.stop());

it('draining says goodbye to all with different times to come back at, ends them, and lets nobody in', async () => {
  const plain = Array.from({ length: 120 }, (_, i) => app.plain(`p${i}`));
  const io = Array.from({ length: 30 }, (_, i) => app.io(`s${i}`));
  await Promise.all([...plain, ...io].map((client) => client.next('hello')));
  const unknown = app.plain(undefined);
  await unknown.opened;
  await app.connections.drain('deploy');
  const goodbyes = await Promise.all([...plain, ...io].map((client) => client.next('goodbye')));
  expect(goodbyes[0]).toMatchObject({ op: 'goodbye', reason: 'deploy', retryAfterMs: expect.any(Number) });
  expect(new Set(goodbyes.map(({ retryAfterMs }) => retryAfterMs)).size).toBeGreaterThan(50);
  for (const client of [...plain, unknown]) expect(await client.closed).toEqual({ code: 1001, reason: 'deploy' });
  for (const client of io) expect(await client.closed).toBe('io server disconnect');
  expect(await app.plain('late').closed).toMatchObject({ code: 1001 });
  expect(await app.io('late').opened).toBe('UNAVAILABLE');
  expect(app.connections.size).toBe(0);
});

it('shutting down does not wait for a socket that never answers a close', async () => {
  const ann = app.plain('ann');
  const dead = app.plain('dead');
  await Promise.all([ann.next('hello'), dead.next('hello')]);
  dead.socket.pause();
  await app.app.close();
  expect(await ann.closed).toEqual({ code: 1001, reason: 'The server is going down.' });
});
