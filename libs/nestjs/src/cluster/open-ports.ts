import { DefinitionError, type RoomStore } from '@greenroom/rooms';
import type { NodeParts, StoreSource } from '../rooms.options.js';
import type { ClusterPorts } from './ports.js';

/** What the node stands on: a store alone when there is no other node. */
export type NodePorts = ClusterPorts | { readonly store: RoomStore };

/** @throws DefinitionError when nodes that know of each other would each have a store of its own */
export async function openPorts(source: StoreSource, parts: NodeParts): Promise<NodePorts> {
  const opened = await (typeof source === 'function' ? source(parts) : source);
  if (!('directory' in opened)) return { store: opened };
  if (opened.store.isShared === true) return opened;
  await opened.store.close();
  await opened.close();
  throw new DefinitionError(
    "Several nodes need one store, and this one is its process's own: each node would keep other rooms at the same " +
      'addresses. Give them the store that came with `openRedis`, or another that is shared (`isShared`).',
  );
}
