import { NestRoomsLogger, type ClusterPorts } from '@greenroom/nestjs';
import { openRedis } from '@greenroom/redis';
import { MemoryRoomStore, type RoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { openPostgresStore } from '@greenroom/store-postgres';
import type { Config } from './config.js';

/** Where rooms are kept, and, with Redis, what connects this process with others. */
export const openStore = async (config: Config): Promise<RoomStore | ClusterPorts> => {
  const { redisUrl: url } = config;
  const logger = new NestRoomsLogger();
  const store = await openOwn(config, logger);
  if (url === undefined) return store ?? new MemoryRoomStore();
  return openRedis({ url, logger, ...(store !== undefined && { store }) });
};

/** `undefined`: none beside the process, or Redis. */
const openOwn = async (
  { store, dataDir, databaseUrl: url }: Config,
  logger: NestRoomsLogger,
): Promise<RoomStore | undefined> => {
  if (url !== undefined) return openPostgresStore({ url, logger });
  return store === 'lmdb' ? openLmdbStore({ dir: dataDir }) : undefined;
};
