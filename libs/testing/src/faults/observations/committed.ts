import type { RoomStore } from '@greenroom/rooms';
import type { Observer } from './observation.js';

/** A store that notes what it has committed, at the moment it has: to be the innermost, below whatever can strike. */
export const committed = (store: RoomStore, observe: Observer): RoomStore => ({
  isShared: store.isShared === true,
  claim: async (address, ...args) => {
    const claim = await store.claim(address, ...args);
    if (claim !== undefined) observe({ type: 'committed', room: address, seq: claim.barrier.last });
    return claim;
  },
  append: async (address, fence, batch) => {
    const bytes = await store.append(address, fence, batch);
    const last = batch.entries.at(-1);
    if (last !== undefined) observe({ type: 'committed', room: address, seq: last.last });
    return bytes;
  },
  read: (...args) => store.read(...args),
  saveSnapshot: (...args) => store.saveSnapshot(...args),
  due: (...args) => store.due(...args),
  list: (...args) => store.list(...args),
  check: () => store.check(),
  close: () => store.close(),
});
