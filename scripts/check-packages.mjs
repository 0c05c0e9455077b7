// What `npm publish` would send, checked as a stranger would get it: manifest, files, and how others resolve it.
// Run `npm run build` first.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkContents } from './packages/contents.mjs';
import { checkManifest } from './packages/manifest.mjs';
import { checkResolution, pack } from './packages/tools.mjs';

const root = JSON.parse(readFileSync('package.json', 'utf8'));
const libs = readdirSync('libs', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join('libs', entry.name));

const checkLib = async (folder, tarballs) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { tarball, files } = await pack(folder, tarballs);
  const problems = [
    ...checkManifest(manifest, root),
    ...checkContents(folder, manifest, files),
    ...(await checkResolution(tarball)),
  ];
  console.log(`${manifest.name}: ${files.length} files, ${problems.length === 0 ? 'good' : 'bad'}`);
  return problems.map((problem) => `${manifest.name}: ${problem}`);
};

const tarballs = mkdtempSync(join(tmpdir(), 'greenroom-packages-'));
try {
  const problems = [];
  for (const folder of libs) problems.push(...(await checkLib(folder, tarballs)));
  if (libs.length === 0) problems.push('libs/ holds no package');
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(tarballs, { recursive: true, force: true });
}
