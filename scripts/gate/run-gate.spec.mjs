import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runGate } from './run-gate.mjs';

let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenroom-gate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (name, code) => ({ name, command: [process.execPath, '-e', code] });

/** A step of tests, which leaves what jest would have written. */
const tested = (name, ...statuses) => {
  const tests = join(folder, `${name}.json`);
  const count = (status) => statuses.filter((each) => each === status).length;
  const report = {
    numTotalTests: statuses.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults: [{ assertionResults: statuses.map((status, index) => ({ status, fullName: `${name} ${index}` })) }],
  };
  writeFileSync(tests, JSON.stringify(report));
  return { ...node(name, `process.exit(${count('failed')})`), tests };
};

const gate = async (stages, limitSeconds = 30) => {
  const lines = [];
  const ok = await runGate(stages, { limitSeconds, print: (line) => lines.push(line) });
  return { ok, lines, text: lines.join('\n') };
};

test('a gate that passes says so a line a step, and closes with the sum of all tests', async () => {
  const { ok, lines } = await gate([
    [node('one', ''), node('two', '')],
    [tested('unit', 'passed', 'passed')],
    [tested('e2e', 'passed')],
  ]);
  expect(ok).toBe(true);
  expect(lines.slice(0, 4)).toEqual(
    ['one', 'two', 'unit', 'e2e'].map((name) => expect.stringMatching(`^ok +${name} +\\d`)),
  );
  expect(lines.at(-1)).toBe('3 passed, 0 failed');
});

test('the first failure shows all it said, and nothing after it runs', async () => {
  const mark = join(folder, 'ran');
  const { ok, text } = await gate([
    [node('bad', 'console.log("out");console.error("err");process.exit(3)')],
    [node('next', `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`)],
  ]);
  expect(ok).toBe(false);
  expect(text).toMatch(/^FAILED {2}bad[^]*out[^]*err/);
  expect(() => readFileSync(mark)).toThrow('ENOENT');
  expect(text).not.toMatch(/\d passed/);
});

test('failed tests are counted in the closing line', async () => {
  const { ok, lines } = await gate([[tested('unit', 'passed', 'failed')]]);
  expect(ok).toBe(false);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
});

test.each([['pending'], ['todo'], ['skipped'], ['disabled']])(
  'a test that is %s fails the gate by name',
  async (status) => {
    const { ok, text } = await gate([[tested('unit', 'passed', status)]]);
    expect(ok).toBe(false);
    expect(text).toContain('skipped or to do: unit 1');
  },
);

test('no tests at all, and no result of jest, fail the gate', async () => {
  expect(await gate([[tested('unit')]])).toMatchObject({ ok: false, text: expect.stringContaining('no test ran') });
  const silent = { ...node('unit', ''), tests: join(folder, 'absent.json') };
  expect(await gate([[silent]])).toMatchObject({ ok: false, text: expect.stringContaining('jest wrote no result') });
  expect((await gate([[node('one', '')]])).ok).toBe(false);
});

test('a step that does not end is stopped, with what it started, when the time of the gate is up', async () => {
  const child = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1e3)'], {stdio:'inherit'})`;
  // The inner process holds the step's output open: had it lived on, this would never come back.
  const { ok, text } = await gate([[node('endless', child)]], 1);
  expect(ok).toBe(false);
  expect(text).toContain('Stopped: the gate has 1 seconds in all.');
});

test('a program that cannot be started fails its step', async () => {
  const { ok, text } = await gate([[{ name: 'absent', command: ['/nowhere/program'] }]]);
  expect(ok).toBe(false);
  expect(text).toContain('ENOENT');
});
