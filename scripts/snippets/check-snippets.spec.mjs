import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** Runs the script as the gate does, on one page of the fixtures. */
const check = (page) =>
  new Promise((done) => {
    const args = [
      'scripts/check-snippets.mjs',
      '--into',
      `.snippets-spec/${page}`,
      `scripts/fixtures/snippets/${page}.md`,
    ];
    execFile(process.execPath, args, (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
  });

test('blocks of a page share files, are served, and are run against the server', async () => {
  const { code, stdout, stderr } = await check('good');
  expect(stderr).toBe('');
  expect(stdout).toContain('1 pages, 5 blocks: 2 checked, 2 run, 1 not checked');
  expect(code).toBe(0);
});

test('a type error fails with the line of the page it stands on', async () => {
  const { code, stderr } = await check('wrong-type');
  expect(stderr).toBe("scripts/fixtures/snippets/wrong-type.md:5: Type 'number' is not assignable to type 'string'.\n");
  expect(code).toBe(1);
});

test('a block that throws when run fails with what it said', async () => {
  const { code, stderr } = await check('wrong-run');
  expect(stderr).toContain('wrong-run.md:4: the block ended with 1');
  expect(stderr).toContain('AssertionError');
  expect(code).toBe(1);
});

test('a server that ends instead of answering fails', async () => {
  const { code, stderr } = await check('never-serves');
  expect(stderr).toContain('never-serves.md:4: the block ended with 0 before it answered\nnothing to do');
  expect(code).toBe(1);
});

test('unknown marks, other spellings of ts and no-check without a reason fail', async () => {
  const { code, stderr } = await check('wrong-marks');
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringContaining('wrong-marks.md:3: no-check says why'),
    expect.stringContaining('wrong-marks.md:7: unknown mark runs'),
    expect.stringContaining('wrong-marks.md:11: write ```ts'),
  ]);
  expect(code).toBe(1);
});

test('a page that is not there fails', async () => {
  const { code, stderr } = await check('absent');
  expect(stderr).toContain('absent.md: there is no such page');
  expect(code).toBe(1);
});
