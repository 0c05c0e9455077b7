import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { Clients, login, type Carrier } from './kit/clients.js';
import { Servers, type Server } from './kit/server.js';
import { eventually, pause } from './kit/within.js';

const ROOM = 'alarm/clock';

const servers = new Servers();
const clients = new Clients();
afterEach(() => clients.close());
afterAll(() => servers.close());

const visit = async ({ url }: Server, carrier: Carrier) => {
  const { token } = await login(url, 'Ann');
  const client = await clients.connect(url, carrier, { token }).opened();
  await client.join(ROOM);
  return client;
};

it('an alarm set for 3 s rings once, at once, when the server is killed after 1 s and started after 6 s, with nobody in the room', async () => {
  const env = { DATA_DIR: await servers.dir() };
  // Its events are in the file as they are: who asked the server would wake the room.
  const hasRung = (): boolean => readFileSync(join(env.DATA_DIR, 'data.mdb')).includes('rang');
  const first = await servers.start(env);
  const ann = await visit(first, 'ws JSON');
  const { position } = await ann.send(ROOM, 'set', { ms: 3000 });
  const setAt = Date.now();
  await ann.ask('leave', { room: ROOM });
  await pause(1000);
  await first.kill();
  clients.close();
  await pause(setAt + 6000 - Date.now());
  expect(hasRung()).toBe(false);

  const startedAt = Date.now();
  let server = await servers.start(env);
  await eventually('the alarm', hasRung);
  const heardAt = Date.now();

  for (let restart = 0; restart < 2; restart += 1) {
    const reader = await visit(server, restart === 0 ? 'Socket.IO' : 'ws msgpack');
    const { events } = await reader.history(ROOM);
    const rang = events.filter(({ name }) => name === 'rang');
    expect(rang).toMatchObject([{ data: { setAt: expect.any(Number), at: expect.any(Number) } }]);
    for (const { seq, data } of rang) {
      expect(seq).toBeGreaterThan(position.seq);
      const { at } = data as { readonly at: number };
      expect(at).toBeGreaterThanOrEqual(startedAt);
      expect(at).toBeLessThanOrEqual(heardAt);
    }
    clients.close();
    if (restart > 0) break;
    await server.kill();
    server = await servers.start(env);
    // Long enough for it to be looked for again.
    await pause(1500);
  }
});
