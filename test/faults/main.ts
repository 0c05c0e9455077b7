import { parseArgs } from 'node:util';
import { runCluster, type ClusterReport } from './run-cluster.js';
import { run, type Report, type RunOptions } from './run.js';

const DEFAULTS = { seconds: '60', rooms: '20', clients: '100', nodes: '1' };
/** Without a seed: these. */
const SEEDS = Array.from({ length: 10 }, (_, n) => n + 1);

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: DEFAULTS.seconds },
    rooms: { type: 'string', default: DEFAULTS.rooms },
    clients: { type: 'string', default: DEFAULTS.clients },
    nodes: { type: 'string', default: DEFAULTS.nodes },
    verbose: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const counted = (hits: Iterable<readonly [string, number]>): string =>
  Array.from(hits, ([what, count]) => `${what} ${count}`).join(', ');

const describe = (report: Report | ClusterReport): void => {
  const { acks, events, observations, starts, hits, violations, faults } = report;
  say(`  ${acks} acks, ${events} events, ${observations} observations, ${starts} processes`);
  say(`  hits: ${counted(hits)}`);
  if ('strikes' in report) say(`  struck down: ${counted(report.strikes)}`);
  else say(`  ${report.epochs} times somebody took a durable room`);
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
  const nodes = Number(values.nodes);
  const { seconds, rooms, clients } = options;
  const command = `npm run faults -- --seed ${seed} --seconds ${seconds} --rooms ${rooms} --clients ${clients} --nodes ${nodes}`;
  say(`seed ${seed}`);
  const report = nodes === 1 ? await run(options) : await runCluster({ ...options, nodes });
  describe(report);
  const isGood = report.violations.length === 0 && report.faults.length === 0;
  say(isGood ? '  all invariants hold' : `  what was seen: ${report.dir}; again: ${command}`);
  if (!isGood) failed.push(seed);
}
if (failed.length > 0) say(`failed: seeds ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
