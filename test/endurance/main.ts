import { parseArgs } from 'node:util';
import { Host } from './host.js';
import { atRest, compare, inShort } from './leftovers.js';
import { slowReader } from './slow-reader.js';
import { STALLS } from './stalled-reader.js';
import { throughConnections, throughRooms } from './visitors.js';

const DEFAULTS = { only: '.', megabytes: '200', rounds: '3', rooms: '100000', connections: '10000' };
/** What a stalled reader may cost, MiB, and by what neighbours may be slower. */
const MOST_MIB = 4;
const MOST_SLOWER = 2;
/** Rooms or connections by which all code has been compiled: what comes before what is compared with. */
const WARM_UP = 3000;

const { values } = parseArgs({
  options: {
    /** A regular expression of titles. */
    only: { type: 'string', default: DEFAULTS.only },
    megabytes: { type: 'string', default: DEFAULTS.megabytes },
    rounds: { type: 'string', default: DEFAULTS.rounds },
    rooms: { type: 'string', default: DEFAULTS.rooms },
    connections: { type: 'string', default: DEFAULTS.connections },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What is wrong, in sentences. */
type Trial = (host: Host) => Promise<readonly string[]>;

const bytes = Number(values.megabytes) * 1_000_000;
const slow =
  (how: (typeof STALLS)[number]): Trial =>
  async (host) => {
    const options = { bytes, length: 2000, rounds: Number(values.rounds), looks: 10 };
    const { costMiB, leftMiB, p99 } = await slowReader(host, how, options);
    const slower = p99.with / p99.without;
    say(`  costs ${costMiB.toFixed(2)} MiB, afterwards ${leftMiB.toFixed(2)} MiB`);
    say(
      `  p99 of the neighbours ${p99.without.toFixed(1)} ms, with it ${p99.with.toFixed(1)} ms: ${slower.toFixed(2)}`,
    );
    return [
      ...(costMiB < MOST_MIB ? [] : [`it costs ${costMiB} MiB`]),
      ...(leftMiB < MOST_MIB ? [] : [`it leaves ${leftMiB} MiB`]),
      ...(slower <= MOST_SLOWER ? [] : [`neighbours are ${slower} times as slow`]),
    ];
  };

/** The same again as a warm-up must leave nothing. */
const again =
  (count: number, run: (host: Host, count: number, name: string) => Promise<void>): Trial =>
  async (host) => {
    await run(host, WARM_UP, 'warm-up');
    const before = await atRest(host);
    say(`  before: ${inShort(before)}`);
    await run(host, count, 'run');
    const { after, more } = await compare(host, before);
    say(`  after:  ${inShort(after)}`);
    return more;
  };

const trials: readonly (readonly [title: string, trial: Trial])[] = [
  ...STALLS.map((how) => [`${values.megabytes} MB while a reader has stopped, ${how}`, slow(how)] as const),
  [`${values.rooms} rooms made, joined, left and unloaded`, again(Number(values.rooms), throughRooms)],
  [`${values.connections} connections come and go`, again(Number(values.connections), throughConnections)],
];

let failed = 0;
for (const [title, trial] of trials.filter(([title]) => new RegExp(values.only).test(title))) {
  say(title);
  const begun = performance.now();
  const host = await Host.start(process.cwd());
  try {
    const wrong = [...(await trial(host)), ...host.stderr.split('\n').filter((line) => line !== '')];
    for (const sentence of wrong) say(`  WRONG ${sentence}`);
    if (wrong.length > 0) failed += 1;
    say(`  ${Math.round((performance.now() - begun) / 1000)} s`);
  } finally {
    await host.close();
  }
}
if (failed > 0) say(`${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
