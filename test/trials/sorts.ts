import type { SdkMember } from '../kit/sdk-member.js';
import { pause } from '../kit/within.js';
import { longestGap } from './distribution.js';
import type { Durations, Trial } from './trial.js';

/** What happens to the owner of a room, and what is measured then. */
interface Sort {
  readonly title: string;
  /** Leaves the node as it is then. @param n of the trial, from 1 */
  run(trial: Trial, n: number): Promise<Durations>;
}

/** One trial in so many waits until those have moved who are connected to a node that hangs: that takes them 15 s. */
const PATIENT = 5;
/** What came to rest is watched for so long still, milliseconds. */
const AFTER_MS = 250;

const killed: Sort = {
  title: 'kill -9 of the owner',
  async run(trial) {
    const node = trial.cluster.node(trial.owner);
    const since = performance.now();
    node.kill();
    const [others, own] = await Promise.all([
      trial.answered(trial.others, since),
      trial.answered(trial.own, since),
      trial.answered(trial.all, since),
    ]);
    const longest = trial.longestWait(since);
    return {
      'next ack, members on the other nodes': others,
      'next ack, the member on that node': own,
      'longest wait of anybody in any room': longest,
    };
  },
};

const paused: Sort = {
  title: 'SIGSTOP of the owner',
  async run(trial, n) {
    const node = trial.cluster.node(trial.owner);
    const since = performance.now();
    node.freeze();
    try {
      const others = await trial.answered(trial.others, since);
      if (n % PATIENT !== 0) return { 'next ack, members on the other nodes': others };
      for (const other of trial.others) await other.hush();
      const own = await trial.answered(trial.own, since);
      return { 'next ack, members on the other nodes': others, 'next ack, the member on that node': own };
    } finally {
      node.thaw();
    }
  },
};

const gapOf = (members: readonly SdkMember[], from: number, to: number): number =>
  Math.max(
    ...members.map(({ acked }) =>
      longestGap(
        acked.map(({ ackedAt }) => ackedAt),
        from,
        to,
      ),
    ),
  );

const drained: Sort = {
  title: 'SIGTERM of the owner',
  async run(trial) {
    const node = trial.cluster.node(trial.owner);
    const since = performance.now();
    node.stop();
    await node.ended;
    const endedAt = performance.now();
    if (!('exit' in node.state) || node.state.exit.code !== 0)
      throw new Error(`${trial.owner} did not end in good order: ${JSON.stringify(node.state)}`);
    await trial.answered(trial.all, endedAt);
    await pause(AFTER_MS);
    const until = performance.now();
    const longest = trial.longestWait(since);
    return {
      'from SIGTERM to the end of the process': endedAt - since,
      'longest gap between acks, members on the other nodes': gapOf(trial.others, since, until),
      'longest gap between acks, the member on that node': gapOf(trial.own, since, until),
      'longest wait of anybody in any room': longest,
    };
  },
};

export const SORTS = { kill: killed, pause: paused, drain: drained } as const;
