import { expect, it } from '@jest/globals';
import { repeat } from './repeat.js';

it('a trial that fails is told of and counted, its nodes are mended, and the others go on', async () => {
  const said: string[] = [];
  let mended = 0;
  const drawn = new Set<number>();
  const trial = async (_: string, n: number, dice: { int(least: number, most: number): number }): Promise<number> => {
    drawn.add(dice.int(0, 1_000_000));
    if (n === 2) throw new Error('a command failed');
    return n;
  };
  const { results, failed } = await repeat(
    { trials: 3, seed: 7 },
    { mend: async () => void (mended += 1) },
    (line) => void said.push(line),
    { trial, inShort: (n) => `took ${n}` },
  );
  expect([results, failed, mended, drawn.size]).toEqual([[1, 3], [2], 3, 3]);
  expect(said).toEqual(['1: took 1', '2: FAILED, seed 7: a command failed', '3: took 3']);
});
