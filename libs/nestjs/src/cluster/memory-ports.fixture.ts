import { MemoryCourier, MemoryDirectory, MemoryFeed, MemoryRoomStore, MemoryUsers } from '@greenroom/rooms';
import type { ClusterPorts } from './ports.js';

/** What the nodes of a cluster that is this process share. */
export function memoryPorts(more: Partial<ClusterPorts> = {}): ClusterPorts {
  const store = Object.assign(new MemoryRoomStore(), { isShared: true });
  return {
    store,
    directory: new MemoryDirectory(),
    courier: new MemoryCourier(),
    feed: new MemoryFeed(() => {}),
    users: new MemoryUsers(),
    close: async () => {},
    ...more,
  };
}
