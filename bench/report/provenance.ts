import type { Results, ScenarioResult } from './results.js';

const roundsOf = ({ points }: ScenarioResult): number =>
  Math.max(0, ...points.flatMap(({ entries }) => entries.map(({ runs }) => runs.length)));

/** When, how large, how often and beside what a scenario was measured. */
const circumstances = (scenario: ScenarioResult): string => {
  const { measuredAt, size, loadBefore } = scenario;
  const rounds = roundsOf(scenario);
  const when = `${measuredAt.slice(0, 10)} ${measuredAt.slice(11, 16)} UTC`;
  const how = `${rounds} ${rounds === 1 ? 'round' : 'rounds'}, size ${size}`;
  return `${when}, ${how}, load ${loadBefore} in the minute before`;
};

/** Of one scenario, where not all were measured alike. */
export const provenanceOf = (scenario: ScenarioResult, { scenarios }: Results): string | undefined =>
  scenarios.every((other) => circumstances(other) === circumstances(scenario))
    ? undefined
    : `Measured ${circumstances(scenario)}.`;

/** What was measured, and on what, in a sentence or two. */
export const provenance = ({ machine, versions, scenarios }: Results): string => {
  const { cpu, cores, memoryGiB, platform, node, isPinned } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const pinned = isPinned ? 'the server on a core of its own' : 'without cores of their own';
  const [one, ...others] = new Set(scenarios.map(circumstances));
  const how = one === undefined || others.length > 0 ? '' : ` ${one}`;
  return [
    `Measured${how} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node.replace('v', '')}, ${pinned}:`,
    `${packages.join(', ')}.`,
    ...(scenarios.some((scenario) => roundsOf(scenario) > 1)
      ? ['Medians over the rounds; in brackets the least and the most.']
      : []),
  ].join(' ');
};
