import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, start } from '../processes.mjs';
import { strangersEnv } from '../strangers-env.mjs';

const INSTALL_SECONDS = 180;

const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** Versions as this repository has them, so that what is tested is known; libs as they were packed. */
export const appManifest = (name, needs, root, packed) => {
  const pinned = { ...root.dependencies, ...root.devDependencies };
  const unknown = needs.filter((need) => pinned[need] === undefined);
  if (unknown.length > 0) throw new Error(`${name}: the repository has no version of ${unknown.join(', ')}`);
  const libs = packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]);
  return {
    name: `${name}-app`,
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([...libs, ...needs.map((need) => [need, pinned[need]])]),
  };
};

/**
 * The repository's lock for an app that has nothing yet: npm takes what it needs from it, drops the rest, and adds the
 * tarballs. So an install is the same today and in a year.
 */
export const appLock = (manifest, lock) => {
  const { name, version } = manifest;
  const registry = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && link !== true,
  );
  const packages = { '': manifest, ...Object.fromEntries(registry) };
  return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages };
};

/** Installs an app from its manifest: a sentence when that does not go smoothly. */
const install = async (folder) => {
  const npm = start('npm', ['install'], { cwd: folder, env: strangersEnv() });
  const failure = await finish(npm, INSTALL_SECONDS);
  if (failure) return `npm install ${failure}`;
  return /ERESOLVE|peer dep/i.test(npm.said()) ? `npm install warns of peers\n${npm.said()}` : undefined;
};

/** Makes an app in a folder of its own and installs it, with all libs or those it names: a sentence when that fails. */
export const makeApp = async ({ name, needs, libs }, folder, packed) => {
  const root = JSON.parse(readFileSync('package.json', 'utf8'));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const chosen = packed.filter(({ manifest }) => libs === undefined || libs.includes(manifest.name));
  const manifest = appManifest(name, needs, root, chosen);
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeJson(join(folder, 'package.json'), manifest);
  writeJson(join(folder, 'package-lock.json'), appLock(manifest, lock));
  for (const sources of ['chat', name])
    cpSync(join('scripts/fixtures/installs', sources), join(folder, 'src', sources), { recursive: true });
  return install(folder);
};
