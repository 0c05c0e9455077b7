import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionsError, readOptions, USAGE, type Options } from './options.js';
import { BOOKS, isIn, partOf, subjectOf, type Book } from './report/books.js';
import { withFigures } from './report/docs.js';
import { broughtUpToDate, keptBeside, LostFiguresError, MixedFiguresError } from './report/kept.js';
import { page } from './report/page.js';
import { byPackage, selfTimes } from './report/profile.js';
import type { Results, Subject } from './report/results.js';
import { show } from './report/show.js';
import { benchmark, type Benchmark } from './run/benchmark.js';
import { BENCH, isInstalled, lookAtMachine } from './run/machine.js';
import { redisVersion, versions } from './run/versions.js';

const OUT = join(BENCH, 'results');
const DOCS = join(BENCH, '../docs');
const TOP_PACKAGES = 12;
const TOP_FUNCTIONS = 25;

const say = (line: string): void => console.log(line);

const kept = ({ name }: Book): Results => JSON.parse(readFileSync(join(DOCS, `${name}.json`), 'utf8')) as Results;

const measure = async ({ scenarios, servers, scale, profileDir, writesDocs }: Options): Promise<Benchmark> => {
  if (servers.includes('colyseus') && !isInstalled())
    throw new OptionsError('Colyseus is not installed: npm ci --prefix bench, or leave it out by --servers');
  const onRedis = scenarios.some(({ keeps }) => keeps === 'redis');
  const subject = { machine: lookAtMachine(), versions: { ...versions(), ...(onRedis && (await redisVersion())) } };
  if (writesDocs) refuseEarly(subject, scenarios, servers);
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  return benchmark({ subject, scenarios, servers, scale, profileDir, say });
};

/** Before hours are spent on it. */
const refuseEarly = (subject: Subject, scenarios: Options['scenarios'], servers: Options['servers']): void => {
  for (const book of BOOKS) {
    const anew = scenarios
      .filter((scenario) => isIn(book, scenario))
      .map(({ id, servers: all }) => ({ id, servers: all.filter((server) => servers.includes(server)) }));
    if (anew.length > 0) keptBeside(kept(book), subjectOf(book, subject), anew);
  }
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

const writePage = (file: string, results: Results): void => {
  writeFileSync(file, page(results));
  say(`\n${file}`);
};

const writeDocs = (book: Book, all: Results): void => {
  const file = join(DOCS, `${book.name}.md`);
  writeFileSync(file, withFigures(readFileSync(file, 'utf8'), all));
  say(file);
};

const write = (results: Results, { out = OUT, writesDocs }: Options): void => {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), json(results));
  writePage(join(out, 'index.html'), results);
  if (!writesDocs) return;
  for (const book of BOOKS) {
    const part = partOf(book, results);
    if (part.scenarios.length === 0) continue;
    const all = broughtUpToDate(kept(book), part);
    writeFileSync(join(DOCS, `${book.name}.json`), json(all));
    writeDocs(book, all);
  }
};

/** What is kept, again. */
const report = ({ out = OUT }: Options): void => {
  mkdirSync(out, { recursive: true });
  for (const book of BOOKS) {
    const all = kept(book);
    say(`\n${show(all)}`);
    writePage(join(out, `${book.name}.html`), all);
    writeDocs(book, all);
  }
};

const run = async (options: Options): Promise<readonly string[]> => {
  if (!options.measures) {
    report(options);
    return [];
  }
  const { results, wrong } = await measure(options);
  say(`\n${show(results)}`);
  write(results, options);
  if (options.profileDir !== undefined) tellProfiles(options.profileDir);
  return wrong;
};

try {
  const wrong = await run(readOptions(process.argv.slice(2)));
  for (const each of wrong) console.error(`WRONG  ${each}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} catch (error) {
  if (error instanceof OptionsError) console.error(`${error.message}\n\n${USAGE}`);
  else if (error instanceof MixedFiguresError || error instanceof LostFiguresError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
}
