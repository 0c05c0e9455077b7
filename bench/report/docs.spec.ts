import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withFigures } from './docs.js';
import type { Results } from './results.js';

const docs = join(import.meta.dirname, '../../docs');

test('docs/performance.md says what docs/performance.json does: npm run bench -- --report', () => {
  const page = readFileSync(join(docs, 'performance.md'), 'utf8');
  const results = JSON.parse(readFileSync(join(docs, 'performance.json'), 'utf8')) as Results;
  expect(withFigures(page, results)).toBe(page);
});
