import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const SCRIPT = pathToFileURL('scripts/temp-folder.mjs').href;
const using = (work) => [
  '--input-type=module',
  '-e',
  `import { inTempFolder } from '${SCRIPT}'; await inTempFolder('spec', async (folder) => { ${work} });`,
];
const saysFolder = 'console.log(folder);';

/** A script that stays in its folder until it is ended. */
const startStaying = async () => {
  const child = spawn(process.execPath, using(`${saysFolder} await new Promise((done) => setTimeout(done, 60_000));`));
  const [chunk] = await once(child.stdout, 'data');
  return { child, folder: String(chunk).trim() };
};

test.each([
  ['it is done', ''],
  ['it throws', 'throw new Error("no");'],
  ['it exits', 'process.exit(3);'],
])('the folder is there while it works, and gone when %s', async (_, end) => {
  const code = `${saysFolder} console.log((await import('node:fs')).existsSync(folder)); ${end}`;
  const { stdout } = await promisify(execFile)(process.execPath, using(code)).catch((error) => error);
  const [folder, was] = stdout.split('\n');
  expect(was).toBe('true');
  expect(existsSync(folder)).toBe(false);
});

test('a signal takes the folder away; after a kill -9 the next one does, and leaves those in use', async () => {
  const [stopped, killed, staying] = await Promise.all([startStaying(), startStaying(), startStaying()]);
  stopped.child.kill('SIGTERM');
  killed.child.kill('SIGKILL');
  await Promise.all([once(stopped.child, 'exit'), once(killed.child, 'exit')]);
  expect(existsSync(stopped.folder)).toBe(false);

  await promisify(execFile)(process.execPath, using(''));
  expect(existsSync(killed.folder)).toBe(false);
  expect(existsSync(staying.folder)).toBe(true);
  staying.child.kill('SIGTERM');
  await once(staying.child, 'exit');
});
