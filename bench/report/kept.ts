import type { Results, Subject } from './results.js';

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

const differences = (kept: Subject, now: Subject): readonly string[] => {
  const [before, after] = [kept, now].map(
    ({ machine, versions }) => new Map(Object.entries({ ...machine, ...versions })),
  );
  const names = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...names]
    .filter((name) => before?.get(name) !== after?.get(name))
    .map((name) => `${name} was ${before?.get(name) ?? 'absent'}, is ${after?.get(name) ?? 'absent'}`);
};

/**
 * What is kept of the figures when the named scenarios are measured anew.
 * @throws MixedFiguresError if those were measured on another machine, or of other versions
 */
export const keptBeside = (kept: Results, now: Subject, anew: readonly string[]): Results['scenarios'] => {
  const others = kept.scenarios.filter(({ id }) => !anew.includes(id));
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
 * @throws MixedFiguresError
 */
export const broughtUpToDate = (kept: Results, measured: Results): Results => {
  const anew = measured.scenarios.map(({ id }) => id);
  const scenarios = [...keptBeside(kept, measured, anew), ...measured.scenarios];
  return { ...measured, scenarios: scenarios.sort((one, other) => one.id.localeCompare(other.id)) };
};
