import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MemoryRoomStore } from '@greenroom/rooms';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { io } from 'socket.io-client';
import { AppModule } from './app.module.js';

let app: INestApplication;
let url: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [
      AppModule.with({ secret: 's'.repeat(32), store: new MemoryRoomStore(), allowedOrigins: [], rateLimit: true }),
    ],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

test('the whole app starts, is ready, and logs people in', async () => {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const headers = { 'content-type': 'application/json' };
  const login = await fetch(`${url}/api/login`, { method: 'POST', headers, body: '{"name":"Ann"}' });
  expect(login.status).toBe(200);
});

test("nobody stays in Socket.IO's own namespace", async () => {
  const socket = io(url, { transports: ['websocket'], reconnection: false });
  const refusal = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
  expect(refusal.message).toContain('/rooms');
  socket.close();
});
