import { parseArgs } from 'node:util';
import { SORTS } from './sorts.js';

export interface Options {
  readonly sort: keyof typeof SORTS | 'rolling';
  readonly trials: number;
  /** Busy rooms beside the one that is watched; not of rolling restarts. */
  readonly rooms: number;
  readonly seed: number;
}

const NAMES = [...(Object.keys(SORTS) as (keyof typeof SORTS)[]), 'rolling'] as const;
const USAGE = `npm run trials -- ${NAMES.join('|')} [--trials 50] [--rooms 30] [--seed 1]`;
const MOST = { trials: 1000, rooms: 100 };

const within = (name: keyof typeof MOST, text: string, least: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > MOST[name])
    throw new RangeError(`--${name} is ${least} to ${MOST[name]}, not ${text}\n${USAGE}`);
  return value;
};

/** @throws TypeError or RangeError with a sentence for whoever typed it */
export const readOptions = (args: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      trials: { type: 'string', default: '50' },
      rooms: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
    },
  });
  const sort = NAMES.find((name) => name === positionals[0]);
  if (sort === undefined || positionals.length > 1) throw new RangeError(`which trials?\n${USAGE}`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed is an integer, not ${values.seed}\n${USAGE}`);
  return { sort, trials: within('trials', values.trials, 1), rooms: within('rooms', values.rooms, 0), seed };
};
