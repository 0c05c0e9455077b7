/**
 * Where a fault can strike, each reached by wrapping a port of the engine:
 *
 * | point               | the engine                                                      | reached in                    |
 * | ------------------- | --------------------------------------------------------------- | ----------------------------- |
 * | `before-claim`      | is about to take a room over (activation)                       | `RoomStore.claim`, before     |
 * | `after-claim`       | has taken it over, and has not loaded it (activation)           | `RoomStore.claim`, after      |
 * | `before-commit`     | has applied a turn                                              | `RoomStore.append`, before    |
 * | `after-commit`      | has it in the log and does not know yet: nobody is told         | `RoomStore.append`, after     |
 * | `before-fan-out`    | knows, and tells the members                                    | `Feed.publish`, before        |
 * | `before-reply`      | has written to the members, and answers the senders             | `Feed.publish`, after         |
 * | `during-snapshot`   | saves a room that is in use                                     | `RoomStore.saveSnapshot`      |
 * | `during-passivation`| saves a room that it unloads, because nobody was there          | the same, from a rest `Clock` timer |
 * | `during-drain`      | saves rooms and closes the store, because the process is to end | the same, and `RoomStore.close` |
 */
export const FAILPOINTS = [
  'before-claim',
  'after-claim',
  'before-commit',
  'after-commit',
  'before-fan-out',
  'before-reply',
  'during-snapshot',
  'during-passivation',
  'during-drain',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** What happens at a hit. */
export type FaultAction =
  /** The write is refused, and surely wrote nothing: `StoreRefusedError`. Only before a write. */
  | { readonly type: 'refuse' }
  /** Any other error: whether it was written, the engine cannot know. Not in the feed, which never throws. */
  | { readonly type: 'fail' }
  /** Goes on so many milliseconds later. Not in the feed, which is synchronous. */
  | { readonly type: 'delay'; readonly ms: number }
  /** SIGKILL to this process. */
  | { readonly type: 'kill' }
  /** SIGSTOP to this process: somebody else has to continue it. */
  | { readonly type: 'stop' };

const BEFORE_A_WRITE: ReadonlySet<Failpoint> = new Set([
  'before-claim',
  'before-commit',
  'during-snapshot',
  'during-passivation',
  'during-drain',
]);
const IN_THE_FEED: ReadonlySet<Failpoint> = new Set(['before-fan-out', 'before-reply']);

/** Whether that can happen there. */
export const canStrike = (point: Failpoint, { type }: FaultAction): boolean => {
  if (type === 'refuse') return BEFORE_A_WRITE.has(point);
  if (type === 'fail' || type === 'delay') return !IN_THE_FEED.has(point);
  return true;
};

/** What a wrapped port tells of. */
export interface FailpointsReached {
  /** A point is reached where one can wait. @throws what strikes. */
  reach(point: Failpoint): Promise<void>;
  /** A point is reached where one cannot. */
  pass(point: Failpoint): void;
}
