import type { Courier, Directory, Feed, RoomStore, Users } from '@greenroom/rooms';
import type { Server } from 'socket.io';

/** What `server.adapter()` of Socket.IO takes. */
export type SocketIoAdapter = Parameters<Server['adapter']>[0];

/** What several nodes have in common, one end of it: what `openRedis` of `@greenroom/redis` resolves to. */
export interface ClusterPorts {
  /** The same of all nodes: it says so by `isShared`. */
  readonly store: RoomStore;
  readonly directory: Directory;
  readonly courier: Courier;
  readonly feed: Feed;
  readonly users: Users;
  /** Has what a gateway sends by `server.to()` reach the sockets of all nodes. @default those of its own node */
  readonly adapter?: SocketIoAdapter;
  /** Lets go of connections. Called when the store is closed. */
  close(): Promise<void>;
}
