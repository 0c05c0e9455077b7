import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { limitHttp } from './http-limits.js';

const SLOW_MS = 20;
let server: Server;
const timers: NodeJS.Timeout[] = [];
afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  server.closeAllConnections();
  server.close();
});

const listen = async (): Promise<void> => {
  server = createServer((request, response) => request.resume().on('end', () => response.end('done')));
  server.on('upgrade', (_, socket) => socket.write('upgraded'));
  limitHttp(server, { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
};
const open = (): Socket => connect((server.address() as AddressInfo).port, '127.0.0.1');
/** Keeps sending, a byte now and then, and tells what it was told when the server had enough. */
const drip = async (head: string, more: string): Promise<string> => {
  const socket = open();
  let told = '';
  socket.on('data', (bytes) => (told += bytes.toString())).on('error', () => undefined);
  socket.write(head);
  if (more !== '') timers.push(setInterval(() => socket.write(more), SLOW_MS));
  await once(socket, 'close');
  return told;
};

test('whoever sends headers or a body byte by byte is answered 408 and gone', async () => {
  await listen();
  expect(await drip('GET / HTTP/1.1\r\nHost: x\r\nX: ', 'x')).toContain('408');
  expect(await drip('GET /rooms HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ', 'w')).toContain('408');
  expect(await drip('POST /socket.io/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', 'x')).toContain('408');
});

test('whoever says nothing is gone', async () => {
  await listen();
  expect(await drip('', '')).toContain('408');
});

test('a connection that was upgraded is waited for as long as it likes', async () => {
  await listen();
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await once(socket, 'data');
  expect(await drip('', '')).toContain('408');
  expect(socket.readyState).toBe('open');
  socket.destroy();
});
