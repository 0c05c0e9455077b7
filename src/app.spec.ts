import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MemoryRoomStore } from '@greenroom/rooms';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { AppModule } from './app.module.js';

const apps: INestApplication[] = [];
let url: string;

const start = async (trustProxy?: number): Promise<string> => {
  const options = { secret: 's'.repeat(32), store: new MemoryRoomStore(), allowedOrigins: [], rateLimit: true };
  const app = AppModule.with({ ...options, ...(trustProxy !== undefined && { trustProxy }) });
  const module = await Test.createTestingModule({ imports: [app] }).compile();
  const started = module.createNestApplication({ logger: false });
  apps.push(started);
  await started.listen(0, '127.0.0.1');
  return started.getUrl();
};

beforeAll(async () => void (url = await start()));
afterAll(() => Promise.all(apps.map((app) => app.close())));

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

/** Let in for good, or not at all: one too many is closed once it is open. */
const settled = async (socket: WebSocket): Promise<void> => {
  const over = once(socket, 'close');
  await Promise.race([once(socket, 'open'), over]);
  if (socket.readyState === WebSocket.OPEN) socket.ping();
  await Promise.race([once(socket, 'pong'), over]);
};

test.each(['/rooms', '/ws'])('behind a proxy clients are counted by the address that it names, at %s', async (path) => {
  const behind = await start(1);
  const sockets = Array.from({ length: 101 }, (_, i) => {
    const headers = { 'x-forwarded-for': `10.0.0.${i}` };
    return new WebSocket(`${behind.replace('http', 'ws')}${path}`, { headers });
  });
  await Promise.all(sockets.map(settled));
  expect(sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN)).toEqual([]);
  for (const socket of sockets) socket.terminate();
});
