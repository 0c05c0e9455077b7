// Builds the pages to dist/pages, unless what is there was made of just what there is now.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARK = 'dist/pages/.made-of';
/** Everything a page can be made of: its slice, what pages share, the client, and the tools and packages by their versions. */
const FOLDERS = ['src', 'libs/client/src', 'libs/protocol/src'];
const FILES = [
  'vite.config.ts',
  'package-lock.json',
  'tsconfig.base.json',
  'libs/client/package.json',
  'libs/protocol/package.json',
];

const isOfPages = (path) => !path.startsWith('src') || /^src\/(?:pages|[^/]+\/page)\//.test(path);

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name)),
).filter(isOfPages);

const hash = createHash('sha256');
for (const path of [...FILES, ...sources.toSorted()]) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
const madeOf = hash.digest('hex');

const before = () => {
  try {
    return readFileSync(MARK, 'utf8');
  } catch {
    return undefined;
  }
};

if (before() !== madeOf) {
  const { build } = await import('vite');
  await build();
  writeFileSync(MARK, madeOf);
}
