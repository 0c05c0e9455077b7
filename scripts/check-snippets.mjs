// Docs are run: every ```ts block of the pages is type-checked as part of this repository, those marked `run` are
// executed against what was built. The marks are described in docs/gate.md.
//
//   node scripts/check-snippets.mjs [--into <folder>] [page.md ...]
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBlocks } from './snippets/blocks.mjs';
import { writeSources } from './snippets/write.mjs';

const allPages = () => [
  'README.md',
  ...readdirSync('libs').map((lib) => join('libs', lib, 'README.md')),
  ...(existsSync('docs') ? readdirSync('docs', { recursive: true }) : [])
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { into: { type: 'string', default: '.snippets' } },
});

const check = async (paths, into) => {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) return missing.map((path) => `${path}: there is no such page`);

  const pages = paths.map((path) => ({ path, ...readBlocks(path, readFileSync(path, 'utf8')) }));
  const unreadable = pages.flatMap(({ problems }) => problems);
  if (unreadable.length > 0) return unreadable;

  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const sources = writeSources(pages, into);
  // Both load the compiler, which takes a second: not before it is needed.
  const { typeCheck } = await import('./snippets/type-check.mjs');
  const { executePage } = await import('./snippets/execute.mjs');
  const wrong = typeCheck(sources);
  if (wrong.length > 0) return wrong;

  const failed = [];
  for (const page of pages) failed.push(...(await executePage(page, sources, into)));
  if (failed.length > 0) return failed;

  const blocks = pages.flatMap((page) => page.blocks);
  const count = (kind) => blocks.filter((block) => block.kind === kind).length;
  console.log(
    `${pages.length} pages, ${blocks.length} blocks: ${count('check')} checked, ${count('run') + count('serve')} run, ${count('unchecked')} not checked`,
  );
  return [];
};

const problems = await check(positionals.length > 0 ? positionals : allPages(), values.into);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
