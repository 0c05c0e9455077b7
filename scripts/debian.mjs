import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that are unpacked for this repository alone, a folder each. Git ignores it, and `npm ci` leaves it. */
const TOOLS = fileURLToPath(new URL('../.tools', import.meta.url));

/** Path of a program that a test runs. One that is missing is installed where that can be done: root, on Debian. */
export const program = (name, debianPackage = name) =>
  found(name, debianPackage, find(name) ?? install(name, debianPackage));

/**
 * Path of a program that is no more than unpacked where it is missing: it takes no root, only Debian, and what the package
 * would start by itself, a server say, is not started.
 * @param elsewhere folders off the PATH where the package puts it, when it is installed
 */
export const unpackedProgram = (name, debianPackage = name, elsewhere = []) => {
  const folder = join(TOOLS, debianPackage);
  const here = find(name) ?? find(name, [...elsewhere, folder].join(delimiter));
  return found(name, debianPackage, here ?? unpack(name, debianPackage, folder));
};

const found = (name, debianPackage, path) => {
  if (path === undefined)
    throw new Error(`${name} is not here: install it (Debian: apt-get install ${debianPackage}).`);
  return path;
};

const find = (name, path = process.env.PATH ?? '') =>
  path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Mirrors fail for a moment, and a machine that has just started may be installing something itself. */
const PATIENCE = ['-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];

const install = (name, debianPackage) => {
  const apt = find('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => execFileSync(apt, [...PATIENCE, ...args], { env, stdio: 'ignore' });
  try {
    aptGet('update');
  } catch {
    // What is known already may do.
  }
  try {
    aptGet('install', '-y', '--no-install-recommends', debianPackage);
  } catch {
    return undefined;
  }
  return find(name);
};

/** The package with those it needs and the system has not, in a folder that comes into being all at once. */
const unpack = (name, debianPackage, folder) => {
  const [apt, dpkg] = [find('apt-get'), find('dpkg')];
  if (apt === undefined || dpkg === undefined) return undefined;
  mkdirSync(TOOLS, { recursive: true });
  const making = mkdtempSync(`${folder}-`);
  try {
    const [lists, archives, root] = ['lists', 'archives', 'root'].map((part) => join(making, part));
    for (const part of [lists, archives]) mkdirSync(join(part, 'partial'), { recursive: true });
    // Everything that apt writes goes here, so that anybody may run it.
    const own = { 'Dir::State::lists': lists, 'Dir::Cache': making, 'Dir::Cache::archives': archives };
    const options = Object.entries({ ...own, 'Debug::NoLocking': 'true', 'APT::Sandbox::User': '' });
    const aptGet = (...args) =>
      execFileSync(apt, [...PATIENCE, ...options.flatMap(([key, value]) => ['-o', `${key}=${value}`]), ...args], {
        stdio: 'ignore',
      });
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', '--download-only', debianPackage);
    for (const each of readdirSync(archives).filter((file) => file.endsWith('.deb')))
      execFileSync(dpkg, ['-x', join(archives, each), root], { stdio: 'ignore' });
    for (const part of [lists, archives]) rmSync(part, { recursive: true });
    writeStarters(making, root);
    renameSync(making, folder);
  } catch {
    // Another process may have been faster.
    rmSync(making, { recursive: true, force: true });
  }
  return find(name, folder);
};

/** Scripts by the programs' names that find the libraries beside them; the program takes its script's place, and pid. */
const writeStarters = (folder, root) => {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((each) => /^s?bin$/.test(basename(dirname(each))))) {
    const script = `#!/bin/sh
root="$(dirname "$(readlink -f "$0")")/root"
libraries="$(find "$root/lib" "$root/usr/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u | tr '\\n' ':')"
LD_LIBRARY_PATH="$libraries$LD_LIBRARY_PATH" exec "$root/${path}" "$@"
`;
    writeFileSync(join(folder, basename(path)), script, { mode: 0o755 });
  }
};
