import type { Dice } from '@greenroom/testing/faults';
import type { Acked } from '../kit/sdk-member.js';
import type { TestCluster } from '../kit/test-cluster.js';
import { pause } from '../kit/within.js';
import { Crowd } from './crowd.js';

export interface RollingOptions {
  readonly cluster: TestCluster;
  readonly name: string;
  readonly rooms: number;
  /** Members of each room, a client each. */
  readonly each: number;
  /** Of all together. */
  readonly commandsPerSecond: number;
  /** How long they speak before the first node is stopped, milliseconds. */
  readonly beforeMs: number;
  /** How long a node that is ready again is left alone before the next is stopped, milliseconds. */
  readonly betweenMs: number;
  readonly dice: Dice;
}

/** How long commands waited, milliseconds: before the first SIGTERM, and from it until the last node had been left alone. */
export interface Waits {
  readonly before: readonly number[];
  /** Those that were asked then, or still waited. */
  readonly during: readonly number[];
  /** Those of them whose sender had no connection for some of the time. */
  readonly moving: readonly number[];
  /** All others of them. */
  readonly staying: readonly number[];
}

export interface RollingRestart {
  readonly waits: Waits;
  /** Commands, of the whole run. */
  readonly said: number;
  readonly acked: number;
  readonly failed: number;
  /** From the first SIGTERM until the last node was ready again, and left alone. */
  readonly tookMs: number;
  /** What does not hold, in sentences. */
  readonly faults: readonly string[];
}

/** People talk through the client library while each node in turn is stopped in good order and started again. */
export const rollingRestart = async (options: RollingOptions): Promise<RollingRestart> => {
  const { cluster, name, rooms, each, commandsPerSecond, beforeMs, betweenMs, dice } = options;
  const names = Array.from({ length: rooms }, (_, n) => `${name}-${n}`);
  const crowd = await Crowd.gather(cluster, { name, rooms: names, each });
  try {
    const beganAt = performance.now();
    crowd.talk((rooms * each * 1000) / commandsPerSecond, dice);
    await pause(beforeMs);
    const from = performance.now();
    for (const node of cluster.names) await restart(cluster, node, betweenMs);
    const to = performance.now();
    const faults = await crowd.hush();
    const { said, acked, failed } = crowd;
    // The first moments are of code that has not been compiled yet.
    const waits = waitsOf(
      acked.filter(({ saidAt }) => saidAt > beganAt + beforeMs / 3),
      from,
      to,
    );
    return { waits, said, acked: acked.length, failed: failed.length, tookMs: to - from, faults };
  } finally {
    crowd.close();
  }
};

const restart = async (cluster: TestCluster, name: string, thenMs: number): Promise<void> => {
  const node = cluster.node(name);
  node.stop();
  await node.ended;
  await cluster.bringUp(name);
  await pause(thenMs);
};

const waitsOf = (all: readonly Acked[], from: number, to: number): Waits => {
  const wait = ({ saidAt, ackedAt }: Acked): number => ackedAt - saidAt;
  const during = all.filter(({ saidAt, ackedAt }) => ackedAt >= from && saidAt <= to);
  return {
    before: all.filter(({ ackedAt }) => ackedAt < from).map(wait),
    during: during.map(wait),
    moving: during.filter(({ wasAway }) => wasAway).map(wait),
    staying: during.filter(({ wasAway }) => !wasAway).map(wait),
  };
};
