import { existsSync, readFileSync } from 'node:fs';

const titles = (report, statuses) =>
  report.testResults.flatMap((file) =>
    file.assertionResults.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName),
  );

/** What jest wrote about one project: counts, and what makes a run worthless though nothing failed. */
export const readTests = (file) => {
  if (!existsSync(file)) return { passed: 0, failed: 0, problems: ['jest wrote no result: it found no tests or died'] };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const { numPassedTests: passed, numFailedTests: failed, numTotalTests: total } = report;
  const unrun = titles(report, ['pending', 'skipped', 'todo', 'disabled']);
  const problems = unrun.map((title) => `skipped or to do: ${title}`);
  if (total === 0) problems.push('no test ran');
  if (passed + failed + unrun.length !== total)
    problems.push(`${total} tests, but only ${passed + failed} told how they went`);
  return { passed, failed, problems };
};
