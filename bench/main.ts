import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionsError, readOptions, USAGE, type Options } from './options.js';
import { withFigures } from './report/docs.js';
import { page } from './report/page.js';
import { selfTimes } from './report/profile.js';
import type { Results } from './report/results.js';
import { show } from './report/show.js';
import { benchmark, WrongDelivery } from './run/benchmark.js';
import { BENCH, isInstalled } from './run/machine.js';

const OUT = join(BENCH, 'results');
const DOCS = join(BENCH, '../docs');
const KEPT = join(DOCS, 'performance.json');
const PAGE = join(DOCS, 'performance.md');
const TOP = 25;

const say = (line: string): void => console.log(line);

const measure = async ({ scenarios, servers, scale, profileDir }: Options): Promise<Results> => {
  if (servers.includes('colyseus') && !isInstalled())
    throw new OptionsError('Colyseus is not installed: npm ci --prefix bench, or leave it out by --servers');
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  return benchmark({ scenarios, servers, scale, profileDir, say });
};

const tellProfiles = (folder: string): void => {
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.cpuprofile'))) {
    say(`\n${name}`);
    for (const { share, name: called, file } of selfTimes(join(folder, name)).slice(0, TOP))
      say(`  ${(share * 100).toFixed(1).padStart(5)} %  ${called}  ${file}`);
  }
};

const write = (results: Results, { out = OUT, writesDocs }: Options): void => {
  mkdirSync(out, { recursive: true });
  const json = `${JSON.stringify(results, null, 1)}\n`;
  writeFileSync(join(out, 'results.json'), json);
  writeFileSync(join(out, 'index.html'), page(results));
  say(`\n${join(out, 'index.html')}`);
  if (!writesDocs) return;
  writeFileSync(KEPT, json);
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), results));
  say(PAGE);
};

try {
  const options = readOptions(process.argv.slice(2));
  const results = options.measures ? await measure(options) : (JSON.parse(readFileSync(KEPT, 'utf8')) as Results);
  say(`\n${show(results)}`);
  write(results, options);
  if (options.profileDir !== undefined) tellProfiles(options.profileDir);
} catch (error) {
  if (error instanceof OptionsError) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof WrongDelivery) console.error(`WRONG  ${error.message}`);
  else throw error;
  process.exitCode = 1;
}
