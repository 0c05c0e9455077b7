import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', ROOT), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|') && line.includes('.spec.'));
const specsOf = (row) => [...row.matchAll(/`([^`]+\.spec\.(?:ts|mjs))`/g)].map(([, path]) => path);

test('each attack on the page names a spec, and each spec is there', () => {
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) {
    const specs = specsOf(row);
    expect(specs.length).toBeGreaterThan(0);
    for (const spec of specs)
      expect([spec, existsSync(new URL(spec.replace(/^nestjs:/, 'libs/nestjs/src/'), ROOT))]).toEqual([spec, true]);
  }
  const all = page.split('\n').filter((line) => line.startsWith('|'));
  // The heading and the line below it name none.
  expect(rows).toHaveLength(all.length - 2);
});
