import { parseArgs } from 'node:util';
import { SORTS } from './sorts.js';

export interface Options {
  readonly sort: keyof typeof SORTS | 'rolling';
  readonly trials: number;
  readonly seed: number;
}

const NAMES = [...(Object.keys(SORTS) as (keyof typeof SORTS)[]), 'rolling'] as const;
const USAGE = `npm run trials -- ${NAMES.join('|')} [--trials 50] [--seed 1]`;
const MOST_TRIALS = 1000;

/** @throws TypeError or RangeError with a sentence for whoever typed it */
export const readOptions = (args: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { trials: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
  });
  const sort = NAMES.find((name) => name === positionals[0]);
  if (sort === undefined || positionals.length > 1) throw new RangeError(`which trials?\n${USAGE}`);
  const [trials, seed] = [Number(values.trials), Number(values.seed)];
  if (!Number.isInteger(trials) || trials < 1 || trials > MOST_TRIALS)
    throw new RangeError(`--trials is 1 to ${MOST_TRIALS}, not ${values.trials}\n${USAGE}`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed is an integer, not ${values.seed}\n${USAGE}`);
  return { sort, trials, seed };
};
