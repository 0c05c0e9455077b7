import { Dice } from '@greenroom/testing/faults';
import type { TestCluster } from '../kit/test-cluster.js';
import type { Options } from './options.js';

export interface Repeated<T> {
  readonly results: readonly T[];
  /** Numbers of trials that failed, from 1. */
  readonly failed: readonly number[];
}

export interface Repeatable<T> {
  /** Rejects with what is wrong. @param name of this trial alone */
  trial(name: string, n: number, dice: Dice): Promise<T>;
  inShort(result: T): string;
}

/** One trial after the other, each on nodes that are well. One that fails is told of and counted, and the next goes on. */
export const repeat = async <T>(
  { trials, seed }: Pick<Options, 'trials' | 'seed'>,
  cluster: Pick<TestCluster, 'mend'>,
  say: (line: string) => void,
  work: Repeatable<T>,
): Promise<Repeated<T>> => {
  const results: T[] = [];
  const failed: number[] = [];
  const dice = new Dice(seed);
  for (let n = 1; n <= trials; n += 1) {
    const name = `trial-${seed}-${n}`;
    try {
      const result = await work.trial(name, n, dice.fork(name));
      results.push(result);
      say(`${n}: ${work.inShort(result)}`);
    } catch (error) {
      failed.push(n);
      say(`${n}: FAILED, seed ${seed}: ${(error as Error).message}`);
    }
    await cluster.mend();
  }
  return { results, failed };
};
