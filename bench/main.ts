import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionsError, readOptions, USAGE, type Options } from './options.js';
import { withFigures } from './report/docs.js';
import { broughtUpToDate, keptBeside, MixedFiguresError } from './report/kept.js';
import { page } from './report/page.js';
import { byPackage, selfTimes } from './report/profile.js';
import type { Results } from './report/results.js';
import { show } from './report/show.js';
import { benchmark, type Benchmark } from './run/benchmark.js';
import { BENCH, isInstalled, lookAtMachine } from './run/machine.js';
import { versions } from './run/versions.js';

const OUT = join(BENCH, 'results');
const DOCS = join(BENCH, '../docs');
const KEPT = join(DOCS, 'performance.json');
const PAGE = join(DOCS, 'performance.md');
const TOP_PACKAGES = 12;
const TOP_FUNCTIONS = 25;

const say = (line: string): void => console.log(line);

const kept = (): Results => JSON.parse(readFileSync(KEPT, 'utf8')) as Results;

const measure = async ({ scenarios, servers, scale, profileDir, writesDocs }: Options): Promise<Benchmark> => {
  if (servers.includes('colyseus') && !isInstalled())
    throw new OptionsError('Colyseus is not installed: npm ci --prefix bench, or leave it out by --servers');
  const subject = { machine: lookAtMachine(), versions: versions() };
  // Refused before hours are spent on it.
  if (writesDocs)
    keptBeside(
      kept(),
      subject,
      scenarios.map(({ id }) => id),
    );
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  return benchmark({ subject, scenarios, servers, scale, profileDir, say });
};

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`;

const tellProfiles = (folder: string): void => {
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.cpuprofile'))) {
    const functions = selfTimes(join(folder, file));
    say(`\n${file}`);
    for (const [owner, share] of byPackage(functions).slice(0, TOP_PACKAGES)) say(`  ${percent(share)}  ${owner}`);
    say('');
    for (const { share, name, file: place } of functions.slice(0, TOP_FUNCTIONS))
      say(`  ${percent(share)}  ${name}  ${place}`);
  }
};

const json = (results: Results): string => `${JSON.stringify(results, null, 1)}\n`;

const write = (results: Results, { out = OUT, writesDocs }: Options): void => {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), json(results));
  writeFileSync(join(out, 'index.html'), page(results));
  say(`\n${join(out, 'index.html')}`);
  if (!writesDocs) return;
  const all = broughtUpToDate(kept(), results);
  writeFileSync(KEPT, json(all));
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), all));
  say(PAGE);
};

try {
  const options = readOptions(process.argv.slice(2));
  const { results, wrong } = options.measures ? await measure(options) : { results: kept(), wrong: [] };
  say(`\n${show(results)}`);
  write(results, options);
  if (options.profileDir !== undefined) tellProfiles(options.profileDir);
  for (const each of wrong) console.error(`WRONG  ${each}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} catch (error) {
  if (error instanceof OptionsError) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof MixedFiguresError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
}
