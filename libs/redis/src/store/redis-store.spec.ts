import { afterAll, beforeAll } from '@jest/globals';
import { roomStoreContract, type RoomStoreHarness } from '@greenroom/testing/contracts';
import { RedisServer } from '../../../../scripts/redis-server.mjs';
import { connect } from '../connection.js';
import { Keys } from '../keys.js';
import { RedisRoomStore } from './redis-store.js';

let server: RedisServer;
let app = 0;
beforeAll(async () => {
  server = await RedisServer.start();
}, 120_000);
afterAll(() => server.close());

/** Its `crash` is the death of the server. */
function harness(): RoomStoreHarness {
  const prefix = `app${(app += 1)}`;
  const stores: RedisRoomStore[] = [];
  const open = async (): Promise<RedisRoomStore> => {
    const redis = await connect([server.url], 'spec');
    const store = new RedisRoomStore(redis, new Keys(prefix), {
      onClaimed: () => {},
      onTold: () => {},
      onFenced: () => {},
      release: async () => redis.disconnect(),
    });
    stores.push(store);
    return store;
  };
  return {
    open,
    async reopen() {
      await stores.at(-1)?.close();
      return open();
    },
    async crash() {
      await server.kill();
      await server.start();
      return open();
    },
    async close() {
      for (const store of stores) await store.close();
    },
  };
}

roomStoreContract('RedisRoomStore', harness);
