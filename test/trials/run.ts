import type { TestCluster } from '../kit/test-cluster.js';
import type { Options } from './options.js';
import { repeat } from './repeat.js';
import { describeRolling, describeTrials } from './report.js';
import { rollingRestart } from './rolling.js';
import { SORTS } from './sorts.js';
import { Trial, type TrialResult } from './trial.js';

export interface Outcome {
  readonly lines: readonly string[];
  /** Trials that failed, which no line counts. */
  readonly failed: readonly number[];
}

const ROLLING = { rooms: 20, each: 4, commandsPerSecond: 200, beforeMs: 15_000, betweenMs: 3000 };

const told = ({ rooms, durations }: TrialResult): string => {
  const all = Object.entries(durations).map(([label, ms]) => `${label} ${ms.toFixed(0)} ms`);
  return [`${rooms} busy rooms`, ...all].join('; ');
};

type Say = (line: string) => void;

const runRolling = async (options: Options, cluster: TestCluster, say: Say): Promise<Outcome> => {
  // What they count is in the sums all the same.
  const faulty: number[] = [];
  const { results, failed } = await repeat(options, cluster, say, {
    async trial(name, n, dice) {
      const restart = await rollingRestart({ cluster, name, dice, ...ROLLING });
      if (restart.faults.length > 0) faulty.push(n);
      return restart;
    },
    inShort({ said, acked, failed: notAcked, tookMs, faults }) {
      const counts = `${said} commands, ${acked} acknowledged, ${notAcked} failed, in ${tookMs.toFixed(0)} ms`;
      return [counts, ...faults].join('\n');
    },
  });
  return { lines: describeRolling(results), failed: [...failed, ...faulty] };
};

const runTrials = async (
  sort: keyof typeof SORTS,
  options: Options,
  cluster: TestCluster,
  say: Say,
): Promise<Outcome> => {
  const { rooms } = options;
  say(SORTS[sort].title);
  const { results, failed } = await repeat(options, cluster, say, {
    trial(name, n, dice) {
      // Each in its turn: what it had has gone elsewhere by then, and some of it has come back.
      const owner = cluster.names[n % cluster.names.length] ?? '';
      return Trial.run({ cluster, owner, name, rooms, dice }, (trial) => SORTS[sort].run(trial, n));
    },
    inShort: told,
  });
  return { lines: describeTrials(results), failed };
};

/** Runs the trials that are asked for on three nodes that are well. */
export const run = (options: Options, cluster: TestCluster, say: Say): Promise<Outcome> => {
  const { sort } = options;
  return sort === 'rolling' ? runRolling(options, cluster, say) : runTrials(sort, options, cluster, say);
};
