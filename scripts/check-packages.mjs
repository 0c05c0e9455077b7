// What `npm publish` would send, checked as a stranger would get it: manifest, files, and how others resolve it.
// Run `npm run build` first.
import { checkContents } from './packages/contents.mjs';
import { readLibs, readManifest } from './packages/libs.mjs';
import { checkManifest } from './packages/manifest.mjs';
import { checkResolution, pack } from './packages/tools.mjs';
import { inTempFolder } from './temp-folder.mjs';

const root = readManifest('.');
const libs = readLibs();

const checkLib = async ({ folder, manifest, tarball, files }) => {
  const problems = [
    ...checkManifest(folder, manifest, root, libs),
    ...checkContents(folder, manifest, files),
    ...(await checkResolution(tarball)),
  ];
  console.log(`${manifest.name}: ${files.length} files, ${problems.length === 0 ? 'good' : 'bad'}`);
  return problems.map((problem) => `${manifest.name}: ${problem}`);
};

await inTempFolder('packages', async (folder) => {
  const problems = [];
  for (const packed of await pack(libs, folder)) problems.push(...(await checkLib(packed)));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
});
