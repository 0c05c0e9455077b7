import 'reflect-metadata';
import { RoomsModule, type RoomsModuleOptions } from '@greenroom/nestjs';
import { openRedis } from '@greenroom/redis';
import { MemoryRoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { authenticate, HOST, type ServerOptions, type StartServer } from '../bench-server.js';
import { LedgerRoom, ShelfRoom, TalkRoom } from './bench.rooms.js';
import { PlacementController } from './placement.controller.js';

const storeOf = ({ dataDir, redisUrl }: ServerOptions): RoomsModuleOptions['store'] => {
  if (redisUrl !== undefined) return (parts) => openRedis({ url: redisUrl, ...parts });
  return () => (dataDir === undefined ? new MemoryRoomStore() : openLmdbStore({ dir: dataDir }));
};

@Module({
  imports: [RoomsModule.forFeature([TalkRoom, LedgerRoom, ShelfRoom])],
  controllers: [PlacementController],
})
class AppModule {
  static with(options: ServerOptions): DynamicModule {
    const rooms = RoomsModule.forRoot({
      store: storeOf(options),
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
