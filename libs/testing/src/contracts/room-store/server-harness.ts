import type { RoomStore } from '@greenroom/rooms';
import type { RoomStoreHarness } from './harness.js';

/**
 * The harness of a store whose data is a server's: it is there for whoever opens it again.
 * @param open on the same data each time.
 * @param restart the server dies and is started again.
 */
export function serverHarness(open: () => Promise<RoomStore>, restart?: () => Promise<void>): RoomStoreHarness {
  const stores: RoomStore[] = [];
  const opened = async (): Promise<RoomStore> => {
    const store = await open();
    stores.push(store);
    return store;
  };
  const harness = {
    open: opened,
    async reopen() {
      await stores.at(-1)?.close();
      return opened();
    },
    async close() {
      for (const store of stores) await store.close();
    },
  };
  if (restart === undefined) return harness;
  return { ...harness, crash: () => restart().then(opened) };
}
