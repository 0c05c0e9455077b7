import 'reflect-metadata';
import { RoomsModule } from '@greenroom/nestjs';
import { MemoryRoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { authenticate, HOST, type ServerOptions, type StartServer } from '../bench-server.js';
import { LedgerRoom, ShelfRoom, TalkRoom } from './bench.rooms.js';

@Module({ imports: [RoomsModule.forFeature([TalkRoom, LedgerRoom, ShelfRoom])] })
class AppModule {
  static with({ dataDir }: ServerOptions): DynamicModule {
    const rooms = RoomsModule.forRoot({
      store: () => (dataDir === undefined ? new MemoryRoomStore() : openLmdbStore({ dir: dataDir })),
      authenticator: {
        authenticate: async ({ token }) => {
          const id = await authenticate(token);
          return { user: { id, name: id } };
        },
      },
      // The load is thousands of people on one address, each much faster than a person.
      rateLimit: false,
    });
    return { module: AppModule, imports: [rooms] };
  }
}

/** An app as a user would write it. Both carriers are open; which of them is used is the client's choice. */
export const start: StartServer = async (options) => {
  const app = await NestFactory.create(AppModule.with(options), { logger: ['error', 'warn'] });
  await app.listen(0, HOST);
  return Number(new URL(await app.getUrl()).port);
};
