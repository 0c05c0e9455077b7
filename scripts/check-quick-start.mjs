// Types the README's quick start into an empty folder outside the repository, block by block, and requires what the page
// says comes of it. Nothing here knows the app: docs/gate.md says how a block is read. Run `npm run build` first.
//
//   node scripts/check-quick-start.mjs [page.md]
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readManifest } from './packages/libs.mjs';
import { follow } from './quick-start/follow.mjs';
import { readSteps } from './quick-start/steps.mjs';
import { inTempFolder } from './temp-folder.mjs';

const [page = 'README.md'] = process.argv.slice(2);

const check = (steps) =>
  inTempFolder('quick-start', async (folder) => {
    // The clone the page speaks of, under the name that `git clone` gives it.
    symlinkSync(resolve('.'), join(folder, readManifest('.').name));
    const empty = join(folder, 'my-app');
    mkdirSync(empty);
    return follow(page, steps, empty);
  });

try {
  const steps = readSteps(page, readFileSync(page, 'utf8'));
  const failure = await check(steps);
  if (failure) throw new Error(failure);
  const files = new Set(steps.filter(({ does }) => does === 'write').map(({ file }) => file));
  const commands = steps.filter(({ does }) => does === 'run' || does === 'serve');
  console.log(`${page}: ${files.size} files, ${commands.length} commands, as the page says`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
