import { readFileSync } from 'node:fs';

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

/** Packages with known holes, the first version without, and what was mended by it. `npm audit` needs a registry that answers it; this needs none. */
export const leastVersions = read('least-versions.json');
export const lockFile = read('../../package-lock.json');

const numbers = (version) => version.split(/[-+]/, 1)[0].split('.').map(Number);

/** By number; a version on the way to another (`1.2.3-beta`) is before it. */
export const isBefore = (version, other) => {
  const [ours, theirs] = [numbers(version), numbers(other)];
  const differs = theirs.findIndex((number, place) => number !== ours[place]);
  if (differs < 0) return version.includes('-') && !other.includes('-');
  return !(ours[differs] > theirs[differs]);
};

/** `node_modules/a/node_modules/b` is b, unless it was installed by another name. */
const nameOf = (path, { name }) => name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Every copy in a lock file, nested ones too, that is older than it may be, in sentences. */
export const tooOld = (lock, floor = leastVersions) =>
  Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.version === undefined) return [];
    return floor
      .filter(({ package: name, least }) => name === nameOf(path, entry) && isBefore(entry.version, least))
      .map(({ least, for: holes }) => `${path} is ${entry.version}, not at least ${least} (${holes.join(', ')})`);
  });
