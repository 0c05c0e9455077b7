import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes each page's blocks to a folder of the page's name. Blocks of one `file=` are one file. Code stays on the line
 * it has in its page, so that what the compiler says of a file is true of the page.
 */
export const writeSources = (pages, into) => {
  const sources = new Map();
  for (const { path: page, blocks } of pages) {
    for (const block of blocks) {
      if (block.kind === 'unchecked') continue;
      const path = join(into, 'src', page, block.file);
      const source = sources.get(path) ?? { path, page, file: block.file, dom: false, lines: [] };
      while (source.lines.length < block.line - 1) source.lines.push('');
      source.lines.push(...block.code.split('\n'));
      source.dom ||= block.dom;
      sources.set(path, source);
    }
  }
  for (const { path, lines } of sources.values()) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`);
  }
  return [...sources.values()];
};
