import type { ServerName } from '../servers/server-name.js';
import type { Results, ScenarioResult, Subject } from './results.js';

/** Figures of another machine, or of other versions, say nothing beside these. */
export class MixedFiguresError extends Error {
  override readonly name = 'MixedFiguresError';

  constructor(kept: readonly string[], differences: readonly string[]) {
    super(
      `the kept figures of ${kept.join(', ')} are not of this machine and these versions (${differences.join('; ')}): ` +
        'figures of both would not compare. Measure all scenarios, or leave out --docs',
    );
  }
}

/** Servers have figures of a scenario that are not measured this time. */
export class LostFiguresError extends Error {
  override readonly name = 'LostFiguresError';

  constructor(lost: readonly string[]) {
    super(
      `the kept figures of ${lost.join(', ')} would be lost, as a scenario's figures are of one go: ` +
        'measure all servers, or leave out --docs',
    );
  }
}

const differences = (kept: Subject, now: Subject): readonly string[] => {
  const [before, after] = [kept, now].map(
    ({ machine, versions }) => new Map(Object.entries({ ...machine, ...versions })),
  );
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names]
    .filter((name) => before?.get(name) !== after?.get(name))
    .map((name) => `${name} was ${before?.get(name) ?? 'absent'}, is ${after?.get(name) ?? 'absent'}`);
};

/** A scenario that is measured anew, and of which servers. */
export interface Anew {
  readonly id: string;
  readonly servers: readonly ServerName[];
}

const serversOf = ({ points }: ScenarioResult): readonly ServerName[] => [
  ...new Set(points.flatMap(({ entries }) => entries.map(({ server }) => server))),
];

/**
 * What is kept of the figures when scenarios are measured anew.
 * @throws MixedFiguresError if those were measured on another machine, or of other versions
 * @throws LostFiguresError if servers have figures that would go, and none that would come
 */
export const keptBeside = (kept: Results, now: Subject, anew: readonly Anew[]): Results['scenarios'] => {
  const others = kept.scenarios.filter(({ id }) => !anew.some((each) => each.id === id));
  const lost = kept.scenarios.flatMap((scenario) => {
    const measured = anew.find(({ id }) => id === scenario.id)?.servers;
    if (measured === undefined) return [];
    return serversOf(scenario)
      .filter((server) => !measured.includes(server))
      .map((server) => `${scenario.id} ${server}`);
  });
  if (lost.length > 0) throw new LostFiguresError(lost);
  const different = differences(kept, now);
  if (others.length > 0 && different.length > 0)
    throw new MixedFiguresError(
      others.map(({ id }) => id),
      different,
    );
  return others;
};

/**
 * The kept figures, and instead of those that were measured anew the new ones.
 * @throws MixedFiguresError, LostFiguresError
 */
export const broughtUpToDate = (kept: Results, measured: Results): Results => {
  const anew = measured.scenarios.map((scenario) => ({ id: scenario.id, servers: serversOf(scenario) }));
  const scenarios = [...keptBeside(kept, measured, anew), ...measured.scenarios];
  return { ...measured, scenarios: scenarios.sort((one, other) => one.id.localeCompare(other.id)) };
};
