import { Deadline, killAll } from './deadline.mjs';
import { Report } from './report.mjs';
import { runStage } from './stage.mjs';
import { readTests } from './tests.mjs';

/**
 * Runs the stages in order and stops at the first step that fails.
 *
 * A step is `{ name, command: [program, ...args], tests?: path of jest's JSON }`. Resolves to whether all passed, and at
 * least one test did.
 */
export const runGate = async (stages, { limitSeconds, print }) => {
  const deadline = new Deadline(limitSeconds);
  const report = new Report(print);
  for (const stage of stages) {
    for await (const result of runStage(stage, deadline)) {
      if (result.step.tests) report.count(readTests(result.step.tests), result);
      report.step(result);
      if (result.ok) continue;
      killAll();
      return report.close(false);
    }
  }
  return report.close(true);
};
