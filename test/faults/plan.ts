import {
  FAILPOINTS,
  type Dice,
  type Failpoint,
  type FaultAction,
  type Noise,
  type Strike,
} from '@greenroom/testing/faults';

/** Clients that hit points as often as `HITS` says. */
const CROWD = 100;
/** By when a point is hit first, and by when it has been hit often enough: which hit strikes is between them. */
const HITS: Readonly<Record<Failpoint, readonly [number, number]>> = {
  'before-claim': [2, 20],
  'after-claim': [2, 20],
  'before-commit': [5, 300],
  'after-commit': [5, 300],
  'before-fan-out': [5, 300],
  'before-reply': [5, 300],
  'during-snapshot': [1, 4],
  'during-passivation': [1, 3],
  'during-drain': [1, 12],
};

/** What goes wrong all the time, a little. */
export const NOISE: readonly Noise[] = [
  { point: 'before-claim', share: 0.02, action: { type: 'fail' } },
  { point: 'after-claim', share: 0.05, action: { type: 'delay', ms: 50 } },
  { point: 'before-commit', share: 0.003, action: { type: 'refuse' } },
  { point: 'before-commit', share: 0.003, action: { type: 'fail' } },
  { point: 'after-commit', share: 0.003, action: { type: 'fail' } },
  { point: 'before-commit', share: 0.02, action: { type: 'delay', ms: 30 } },
  { point: 'after-commit', share: 0.02, action: { type: 'delay', ms: 30 } },
  { point: 'during-snapshot', share: 0.1, action: { type: 'fail' } },
  { point: 'during-passivation', share: 0.1, action: { type: 'refuse' } },
  { point: 'during-drain', share: 0.05, action: { type: 'delay', ms: 50 } },
];

/** How long a process lives that nothing strikes, milliseconds. */
const SHORT = [800, 1500] as const;
const MIDDLING = [1500, 3000] as const;
const LONG = [4000, 6000] as const;

/** What one process of a run is in for. */
export interface Generation {
  readonly strike: Strike;
  /** Milliseconds until it is told to end, if nothing has struck it down before. */
  readonly lifeMs: number;
  readonly end: 'SIGTERM' | 'SIGKILL';
}

/** Each generation is struck at another point than the last, all of them in turn. */
export const generation = (n: number, clients: number, dice: Dice): Generation => {
  const point = FAILPOINTS[n % FAILPOINTS.length] ?? 'before-commit';
  const [least, often] = HITS[point];
  const most = Math.max(least, Math.round((often * clients) / CROWD));
  const action: FaultAction = { type: dice.chance(0.75) ? 'kill' : 'stop' };
  const isDrain = point === 'during-drain';
  // Members have to come, say something, leave, and not be followed for a while.
  const isSlow = point === 'during-passivation';
  const [shortest, longest] = isDrain ? SHORT : isSlow ? LONG : MIDDLING;
  return {
    strike: { point, hit: dice.int(least, most), action },
    lifeMs: dice.int(shortest, longest),
    end: isDrain || dice.chance(0.5) ? 'SIGTERM' : 'SIGKILL',
  };
};
