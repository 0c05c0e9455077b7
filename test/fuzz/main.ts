import { parseArgs } from 'node:util';
import { fuzz } from './run.js';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, cases: { type: 'string', default: '20000' } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

const seed = Number(values.seed);
const cases = Number(values.cases);
say(`seed ${seed}, ${cases} cases at each door`);
const { cases: done, before, after, rounds, faults } = await fuzz({ seed, cases, root: process.cwd() });
for (const [door, count] of done) say(`  ${count} over ${door}`);
say(
  `  heap ${megabytes(before.heapBytes)} before, ${megabytes(after.heapBytes)} after; RSS ${megabytes(after.rssBytes)}`,
);
say(`  bystanders talked ${rounds} rounds`);
for (const fault of faults) say(`  WRONG ${fault}`);
say(faults.length === 0 ? '  nobody noticed' : `  again: npm run fuzz -- --seed ${seed} --cases ${cases}`);
process.exitCode = faults.length === 0 ? 0 : 1;
