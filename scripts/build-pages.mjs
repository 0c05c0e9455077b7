// Builds the pages, those of each site unless what is there was made of just what there is now.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Pages that one server serves. The server says which of them answers at which address. */
const SITES = [
  // The demo: each slice has its own.
  { root: 'src', out: 'dist/pages', pages: ['src/chat/page/index.html', 'src/open-chat/page/index.html'] },
  // `npm run cluster`.
  { root: 'cluster/page', out: 'dist/cluster/page', pages: ['cluster/page/index.html'] },
];
const MARK = '.made-of';
/** Everything a page can be made of: its slice, what pages share, the client, and the tools and packages by their versions. */
const FOLDERS = ['src', 'cluster/page', 'libs/client/src', 'libs/protocol/src'];
const FILES = [
  'scripts/build-pages.mjs',
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

const before = (mark) => {
  try {
    return readFileSync(mark, 'utf8');
  } catch {
    return undefined;
  }
};

for (const { root, out, pages } of SITES) {
  const mark = join(out, MARK);
  if (before(mark) === madeOf) continue;
  const { build } = await import('vite');
  const input = pages.map((page) => resolve(page));
  await build({
    configFile: resolve('vite.config.ts'),
    root,
    build: { outDir: resolve(out), rolldownOptions: { input } },
  });
  writeFileSync(mark, madeOf);
}
