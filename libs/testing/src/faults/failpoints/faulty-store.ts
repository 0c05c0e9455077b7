import type { RoomStore } from '@greenroom/rooms';
import type { FailpointsReached } from './failpoint.js';
import type { Surroundings } from './surroundings.js';

/** A store that can be struck where it writes. Reads pass. */
export const faultyStore = (
  store: RoomStore,
  failpoints: Pick<FailpointsReached, 'reach'>,
  surroundings: Pick<Surroundings, 'why' | 'isDraining'>,
): RoomStore => ({
  isShared: store.isShared === true,
  claim: async (...args) => {
    await failpoints.reach('before-claim');
    const claim = await store.claim(...args);
    await failpoints.reach('after-claim');
    return claim;
  },
  append: async (...args) => {
    await failpoints.reach('before-commit');
    const bytes = await store.append(...args);
    await failpoints.reach('after-commit');
    return bytes;
  },
  saveSnapshot: async (...args) => {
    await failpoints.reach(surroundings.why);
    await store.saveSnapshot(...args);
  },
  close: async () => {
    if (surroundings.isDraining) await failpoints.reach('during-drain').catch(() => {});
    await store.close();
  },
  read: (...args) => store.read(...args),
  due: (...args) => store.due(...args),
  list: (...args) => store.list(...args),
  check: () => store.check(),
});
