import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a program that a test runs. One that is missing is installed where that can be done: root, on Debian. */
export const program = (name, debianPackage = name) => {
  const found = find(name) ?? install(name, debianPackage);
  if (found === undefined)
    throw new Error(`${name} is not here: install it (Debian: apt-get install ${debianPackage}).`);
  return found;
};

const find = (name) =>
  (process.env.PATH ?? '')
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

const install = (name, debianPackage) => {
  const apt = find('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync(apt, ['update'], { env, stdio: 'ignore' });
    execFileSync(apt, ['install', '-y', '--no-install-recommends', debianPackage], { env, stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return find(name);
};
