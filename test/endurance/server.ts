import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { setImmediate as nextRound } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { Room, ROOMS_NODE } from '@greenroom/nestjs';
import type { RoomsNode } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { Chat } from '../../src/chat/chat.contract.js';
import { chatMachine } from '../../src/chat/chat.machine.js';
import { ChatRoom } from '../../src/chat/chat.room.js';
import { Echo } from '../../src/echo/echo.contract.js';
import { echoMachine } from '../../src/echo/echo.machine.js';
import { EchoRoom } from '../../src/echo/echo.room.js';
import type { Footprint, WholeFootprint } from './footprint.js';

/** The demo, without limits on rates, in a hurry to let go of rooms and sessions; it answers what it takes up. */
const GRACE_MS = 300;
const REST_MS = 100;
const SECRET = 'endurance-runs-sign-their-tokens-with-this-secret';

const soon = { passivateAfter: REST_MS, grace: GRACE_MS } as const;
Room(Chat, { machine: chatMachine, durability: 'fsync', historyFor: 'all', ...soon })(ChatRoom);
Room(Echo, { machine: echoMachine, durability: 'memory', ...soon })(EchoRoom);

const { gc } = globalThis;
if (gc === undefined) throw new Error('start it with --expose-gc');
const timerClass = setTimeout(() => {}, 0).constructor as new () => NodeJS.Timeout;

/** `Map(3) {...}`, as it is inspected. */
const sizeOf = (summary: string): number => Number(/^[^{]*?\((\d+)\)/.exec(summary)?.[1] ?? 0);
const entries = (): number =>
  [Map, Set]
    .flatMap((collection) => queryObjects(collection as new () => unknown, { format: 'summary' }))
    .reduce((sum, summary) => sum + sizeOf(summary), 0);

const footprint = async (node: RoomsNode): Promise<Footprint> => {
  // What finalizers let go of is garbage the second time.
  for (let i = 0; i < 2; i += 1) {
    gc();
    await nextRound();
  }
  const { heapUsed, external } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) handles[type] = (handles[type] ?? 0) + 1;
  const files = readdirSync('/proc/self/fd').length;
  return { heapBytes: heapUsed, externalBytes: external, handles, files, rooms: node.active };
};

const wholeFootprint = async (node: RoomsNode): Promise<WholeFootprint> => {
  const timers = queryObjects(timerClass, { format: 'count' });
  return { ...(await footprint(node)), timers, entries: entries() };
};

const store = await openLmdbStore({ dir: process.env['DATA_DIR'] ?? '' });
const module = AppModule.with({ secret: SECRET, store, allowedOrigins: [], rateLimit: false });
const app = await NestFactory.create(module, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks([], { useProcessExit: true });
const http = app.getHttpAdapter();
for (const [path, look] of [
  ['/footprint', footprint],
  ['/whole-footprint', wholeFootprint],
] as const)
  http.get(path, (_request: unknown, response: unknown) => {
    void look(app.get<RoomsNode>(ROOMS_NODE)).then((found) => http.reply(response, found, 200));
  });
await app.listen(0, '127.0.0.1');
process.stdout.write(`"Listening on ${await app.getUrl()}"\n`);
