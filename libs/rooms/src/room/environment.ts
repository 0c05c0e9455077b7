import type { Clock } from '../clock.js';
import type { Feed } from '../feed/feed.js';
import type { Ids } from '../ids.js';
import type { NodeLimits } from '../limits.js';
import type { RoomStore } from '../log/store.js';
import type { RoomsLogger } from '../logger.js';

/** What a room needs of its node. */
export interface RoomEnvironment {
  readonly owner: string;
  readonly store: RoomStore;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: NodeLimits;
  readonly logger: RoomsLogger;
}
