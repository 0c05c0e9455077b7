import type { Results } from './results.js';

/** Processes that wanted a core, on average over a minute, up to which a machine counts as quiet. */
const QUIET = 0.5;

/** What was measured, on what, in a sentence or two. */
export const machineLine = ({ measuredAt, machine, versions, size, scenarios }: Results): string => {
  const { cpu, cores, memoryGiB, platform, node, isPinned, loadBefore } = machine;
  const runs = Math.max(
    0,
    ...scenarios.flatMap(({ points }) => points.flatMap(({ entries }) => entries.map((entry) => entry.runs.length))),
  );
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const pinned = isPinned ? 'the server on a core of its own' : 'without cores of their own';
  return [
    `Measured ${measuredAt.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node.replace('v', '')}, ${pinned};`,
    `${runs === 1 ? 'one run' : `medians of ${runs} runs, in brackets the least and the most`}${size === 'full' ? '' : ` of size ${size}`}.`,
    loadBefore > QUIET
      ? `**The machine was busy with something else (load ${loadBefore}): this shows that the benchmark works, and little more.**`
      : `Load of the machine before: ${loadBefore}.`,
    `${packages.join(', ')}.`,
  ].join(' ');
};
