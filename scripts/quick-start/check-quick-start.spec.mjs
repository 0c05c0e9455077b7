import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** Runs the script as the gate does, on one page of the fixtures. */
const check = (page) =>
  new Promise((done) => {
    const args = ['scripts/check-quick-start.mjs', `scripts/fixtures/quick-start/${page}.md`];
    execFile(process.execPath, args, (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
  });

test('files are written, commands run beside the clone, a server serves, and what is printed is as the page says', async () => {
  const { code, stdout, stderr } = await check('good');
  expect(stderr).toBe('');
  expect(stdout).toContain('good.md: 2 files, 3 commands, as the page says');
  expect(code).toBe(0);
});

test.each([
  ['wrong-outcome', /wrong-outcome\.md:22: the block is not what the command above it printed, which is\nhello\n/],
  ['wrong-command', /wrong-command\.md:18: the block ended with 1\nabout to fail\ncat: .*\n$/],
  ['never-serves', /never-serves\.md:12: the block ended with 0 before it answered\nnothing to do\n/],
  ['stops-badly', /stops-badly\.md:15: the block stopped with 3 after SIGTERM\n/],
  ['unnamed-file', /unnamed-file\.md:7: the text above does not name `package\.json`\n/],
  ['other-block', /other-block\.md:5: nothing says what to do with this js block\n/],
  ['nothing-stated', /nothing-stated\.md: the quick start has nothing to expect\n/],
  ['no-section', /no-section\.md: there is no section "## Quick start"\n/],
])('%s: fails with the line of the page', async (page, message) => {
  const { code, stdout, stderr } = await check(page);
  expect(stderr).toMatch(message);
  expect(stdout).toBe('');
  expect(code).toBe(1);
});
