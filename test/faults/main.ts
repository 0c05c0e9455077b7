import { parseArgs } from 'node:util';
import { FAILPOINTS } from '@greenroom/testing/faults';
import { run, type Report, type RunOptions } from './run.js';

const DEFAULTS = { seconds: '60', rooms: '20', clients: '100' };
/** Without a seed: these. */
const SEEDS = Array.from({ length: 10 }, (_, n) => n + 1);

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: DEFAULTS.seconds },
    rooms: { type: 'string', default: DEFAULTS.rooms },
    clients: { type: 'string', default: DEFAULTS.clients },
    verbose: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const describe = ({ acks, events, observations, starts, hits, strikes, violations, faults }: Report): void => {
  say(`  ${acks} acks, ${events} events, ${observations} observations, ${starts} processes`);
  say(`  hits: ${FAILPOINTS.map((point) => `${point} ${hits.get(point) ?? 0}`).join(', ')}`);
  say(`  struck down: ${[...strikes].map(([strike, count]) => `${strike} ${count}`).join(', ')}`);
  for (const { invariant, room, client, message, observation } of violations)
    say(
      `  VIOLATED ${invariant}: ${[room, client, message].filter(Boolean).join(' ')} (${observation ?? 'at the end'})`,
    );
  for (const fault of faults) say(`  WRONG ${fault}`);
};

const failed: number[] = [];
for (const seed of values.seed === undefined ? SEEDS : [Number(values.seed)]) {
  const options: RunOptions = {
    seed,
    seconds: Number(values.seconds),
    rooms: Number(values.rooms),
    clients: Number(values.clients),
    root: process.cwd(),
    ...(values.verbose && { log: (line: string) => say(`  ${line}`) }),
  };
  const command = `npm run faults -- --seed ${seed} --seconds ${options.seconds} --rooms ${options.rooms} --clients ${options.clients}`;
  say(`seed ${seed}`);
  const report = await run(options);
  describe(report);
  const isGood = report.violations.length === 0 && report.faults.length === 0;
  say(isGood ? '  all invariants hold' : `  again: ${command}`);
  if (!isGood) failed.push(seed);
}
if (failed.length > 0) say(`failed: seeds ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
