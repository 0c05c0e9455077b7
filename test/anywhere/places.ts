import { setImmediate as immediate } from 'node:timers/promises';
import { RoomsModule, RoomsService, type RoomsModuleOptions } from '@greenroom/nestjs';
import { openRedis } from '@greenroom/redis';
import { MemoryRoomStore, type Directory } from '@greenroom/rooms';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RedisServer } from '../../scripts/redis-server.mjs';
import { byEntity, FairRoom, TentRoom, VaultRoom } from './fair.js';

/** Where somebody may be, as to the room they are in. */
export type Place = 'the only node' | 'the owner' | 'another node';

export interface Stand {
  readonly url: string;
  readonly rooms: RoomsService;
  /** The node's id. */
  readonly id: string;
}

/** The same app three times: by itself, and as two nodes on one Redis. */
export class Places {
  #rooms = 0;

  private constructor(
    private readonly redis: RedisServer,
    private readonly directory: Directory,
    private readonly apps: readonly INestApplication[],
    private readonly only: Stand,
    private readonly here: Stand,
    private readonly there: Stand,
  ) {}

  static async open(): Promise<Places> {
    // What survives the power is not asked here.
    const redis = await RedisServer.start(['--appendfsync', 'no']);
    const apps: INestApplication[] = [];
    let directory: Directory | undefined;
    const shared: RoomsModuleOptions['store'] = async (parts) => {
      const ports = await openRedis({ url: redis.url, ...parts });
      ({ directory } = ports);
      return ports;
    };
    const start = async (store: RoomsModuleOptions['store']): Promise<Stand> => {
      @Module({
        imports: [
          RoomsModule.forRoot({ store, authenticator: byEntity, rateLimit: false }),
          RoomsModule.forFeature([FairRoom, TentRoom, VaultRoom]),
        ],
      })
      class App {}
      const app = await NestFactory.create(App, { logger: false, abortOnError: false });
      apps.push(app);
      await app.listen(0, '127.0.0.1');
      const rooms = app.get(RoomsService);
      return { url: await app.getUrl(), rooms, id: rooms.activity().node };
    };
    const [only, here, there] = [await start(new MemoryRoomStore()), await start(shared), await start(shared)];
    if (directory === undefined) throw new Error('there are no two nodes');
    return new Places(redis, directory, apps, only, here, there);
  }

  /** A room that nobody has been in, whose owner is as it is to be as seen from `here`. */
  async room(
    kind: string,
    place: Place,
  ): Promise<{ readonly room: string; readonly here: Stand; readonly there: Stand }> {
    const { only, here, there } = this;
    // Found by its dots in whatever is told of it: no id has any.
    const next = (): string => `${kind}/room.${(this.#rooms += 1)}.`;
    if (place === 'the only node') return { room: next(), here: only, there: only };
    const owner = place === 'the owner' ? here : there;
    let room = next();
    while ((await this.directory.locate(room)) !== owner.id) {
      room = next();
      // Where Redis is away each is answered at once, and it would not come back before this is over.
      await immediate();
    }
    return { room, here, there };
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.close()));
    await this.redis.close();
  }
}
