// `npm test`: everything that must hold before a change counts, in order, stopping at the first thing that does not.
// Prints one line a step, the output of the step that failed, and in the end `N passed, N failed`.
import { mkdirSync, rmSync } from 'node:fs';
import { killAll } from './gate/deadline.mjs';
import { runGate } from './gate/run-gate.mjs';

/** The whole gate is stopped, and has failed, when it takes longer. */
const LIMIT_SECONDS = 30 * 60;
const RESULTS = '.gate';

const script = (name) => ({ name: name.replace('check:', ''), command: ['npm', 'run', '--silent', name] });
const jest = (name, workers) => {
  const tests = `${RESULTS}/${name}.json`;
  const { command } = script(name);
  return {
    name,
    tests,
    command: [...command, '--', '--ci', `--maxWorkers=${workers}`, '--json', `--outputFile=${tests}`],
  };
};

/** The steps of a stage do not depend on each other and run two at a time; a stage waits for the one before it. */
const stages = [
  ['check:format', 'check:lint', 'check:types', 'check:imports', 'check:unused'].map(script),
  [script('rebuild')],
  // Both look at what was built: snippets marked `run` are executed against it.
  [script('check:snippets'), script('check:packages')],
  // Strangers to the repository: they know what was packed, and nothing else.
  [script('check:installs'), script('check:quick-start')],
  [jest('unit', 2)],
  [jest('e2e', 1)],
  [jest('browser', 1)],
];

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    killAll();
    process.exit(1);
  });
}
rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS);
const ok = await runGate(stages, { limitSeconds: LIMIT_SECONDS, print: (line) => console.log(line) });
process.exitCode = ok ? 0 : 1;
