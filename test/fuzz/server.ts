import 'reflect-metadata';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { Connections, RoomsGateway } from '@greenroom/nestjs';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { NestFactory } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { limitHttp } from '../../src/http-limits.js';
import { PinoLogger } from '../../src/logger.js';
import type { ServerState } from './server-state.js';

/** The demo with all its limits, which tells of itself what nobody can see from outside. Run with `--expose-gc`. */
const dir = process.env['DATA_DIR'] ?? '';
const store = await openLmdbStore({ dir });
const module = AppModule.with({
  secret: 'a secret of fuzz runs, 32 bytes long',
  store,
  allowedOrigins: [],
  rateLimit: true,
});
const app = await NestFactory.create(module, {
  logger: new PinoLogger('warn'),
  abortOnError: false,
  forceCloseConnections: true,
});
app.enableShutdownHooks([], { useProcessExit: true });
const server = app.getHttpServer() as Server;
limitHttp(server);

const state = async (): Promise<ServerState> => {
  for (let n = 0; n < 3; n += 1) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed + external,
    rssBytes: rss,
    connections: app.get(Connections).size,
    transports: app.get(RoomsGateway).server?.server.engine.clientsCount ?? 0,
    sockets: await promisify(server.getConnections.bind(server))(),
  };
};
(app.getHttpAdapter() as ExpressAdapter).get('/state', (_: unknown, response: { json(body: object): void }) => {
  void state().then((told) => response.json(told));
});
await app.listen(0, '127.0.0.1');
process.stdout.write(`"Listening on ${await app.getUrl()}"\n`);
