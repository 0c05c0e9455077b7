import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RoomsService } from '@greenroom/nestjs';
import { MemoryRoomStore } from '@greenroom/rooms';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppModule } from '../app.module.js';
import { Chat } from '../chat/chat.contract.js';
import { Echo } from '../echo/echo.contract.js';

const TOKEN = 'a token for operators';
const apps: INestApplication[] = [];
let url: string;
let bare: string;

const start = async (operatorToken?: string): Promise<string> => {
  const store = new MemoryRoomStore();
  const options = { secret: 's'.repeat(32), store, allowedOrigins: [], rateLimit: true, operatorToken };
  const module = await Test.createTestingModule({ imports: [AppModule.with(options)] }).compile();
  const app = module.createNestApplication({ logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
};
const ask = (at: string, authorization?: string) =>
  fetch(`${at}/operator/activity`, authorization === undefined ? {} : { headers: { authorization } });

beforeAll(async () => {
  [url, bare] = [await start(TOKEN), await start()];
});
afterAll(() => Promise.all(apps.map((app) => app.close())));

test('an operator is told what the node does: its rooms, who is in them, where they are, and what they were asked', async () => {
  const rooms = apps[0]?.get(RoomsService);
  const as = { id: 'ann', name: 'Ann' };
  const { position } = (await rooms?.room(Chat, 'cats').send('say', { text: 'hi' }, { as })) ?? {};
  await rooms?.room(Echo, 'wall').send('say', { text: 'hi' }, { as });
  await expect(rooms?.room(Chat, 'cats').send('remove', { id: 'no such' }, { as })).rejects.toThrow();
  const answer = await ask(url, `Bearer ${TOKEN}`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.json()).toEqual({
    phase: 'ready',
    node: expect.any(String),
    connections: 0,
    commands: 3,
    active: 2,
    rooms: [
      { address: 'chat/cats', members: 0, position },
      { address: 'echo/wall', members: 0, position: expect.anything() },
    ],
  });
});

test('to everybody else there is nothing: with no token, a wrong one, or where the app has none', async () => {
  expect((await ask(url)).status).toBe(404);
  expect((await ask(url, `Bearer ${TOKEN}.`)).status).toBe(404);
  expect((await ask(url, TOKEN)).status).toBe(404);
  expect((await ask(bare, 'Bearer ')).status).toBe(404);
  expect((await ask(bare, 'Bearer null')).status).toBe(404);
});
