import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { BOOKS } from './books.js';
import { withFigures } from './docs.js';
import type { Results } from './results.js';

const docs = join(import.meta.dirname, '../../docs');

test.each(BOOKS)('docs/$name.md says what docs/$name.json does: npm run bench -- --report', ({ name }) => {
  const page = readFileSync(join(docs, `${name}.md`), 'utf8');
  const results = JSON.parse(readFileSync(join(docs, `${name}.json`), 'utf8')) as Results;
  expect(withFigures(page, results)).toBe(page);
});
