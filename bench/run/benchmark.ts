import { join } from 'node:path';
import type { Circumstances, PointResult, Results, ScenarioResult, Subject } from '../report/results.js';
import type { Figures } from '../scenarios/metrics.js';
import type { Scale, Scenario } from '../scenarios/scenario.js';
import { SERVERS, type ServerName } from '../servers/server-name.js';
import { lookAtLoad } from './machine.js';
import { Stage } from './stage.js';

export interface BenchmarkOptions {
  readonly subject: Subject;
  readonly scenarios: readonly Scenario[];
  readonly servers: readonly ServerName[];
  readonly scale: Scale;
  /** Where CPU profiles of servers go. */
  readonly profileDir?: string | undefined;
  readonly say: (line: string) => void;
}

export interface Benchmark {
  readonly results: Results;
  /** Deliveries that were not right, and processes that failed: those runs have no figures. */
  readonly wrong: readonly string[];
}

/** Runs every scenario: its points and their servers one after the other, and that again and again, so that what disturbs a machine disturbs all of them. */
export const benchmark = async (options: BenchmarkOptions): Promise<Benchmark> => {
  const { subject, scale } = options;
  const circumstances: Circumstances = {
    measuredAt: new Date().toISOString(),
    size: scale.size,
    loadBefore: lookAtLoad(),
  };
  const scenarios: ScenarioResult[] = [];
  const wrong: string[] = [];
  for (const scenario of options.scenarios) {
    options.say(`${scenario.id}  ${scenario.title}`);
    const points = await measurePoints(scenario, options, wrong);
    const { id, title, about, compares } = scenario;
    scenarios.push({ id, title, about, compares, ...circumstances, points });
  }
  return { results: { ...subject, scenarios }, wrong };
};

const measurePoints = async (
  scenario: Scenario,
  { subject: { machine }, servers, scale, profileDir, say }: BenchmarkOptions,
  wrong: string[],
): Promise<readonly PointResult[]> => {
  const named = scenario.servers.filter((server) => servers.includes(server));
  const points = scenario.points(scale.size).map((point) => ({
    point,
    entries: named.map((server) => ({ server, runs: [] as Figures[] })),
  }));
  const all = points.flatMap(({ point, entries }) => entries.map((entry) => ({ point, ...entry })));
  for (let round = 1; round <= scale.runs; round += 1)
    for (const { point, server, runs } of all) {
      const name = [scenario.id, point, server].filter(Boolean).join('-');
      const profiles = profileDir && join(profileDir, name);
      const where = [scenario.id, point, `${round}/${scale.runs}`, SERVERS[server]].filter(Boolean).join(' ');
      let figures: Figures = {};
      try {
        figures = await measureOnce(scenario, point, scale, { server, machine, keeps: scenario.keeps, profiles });
        say(`  ${where}: ${brief(figures)}`);
      } catch (error) {
        wrong.push(`${where}: ${(error as Error).message}`);
        say(`  ${where}: WRONG`);
      }
      runs.push(figures);
    }
  return points;
};

const brief = (figures: Figures): string =>
  Object.entries(figures)
    .map(([metric, value]) => `${metric} ${Number(value.toPrecision(4))}`)
    .join(', ');

/** What nothing was measured of is no figure. */
const finite = (figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));

const measureOnce = async (
  scenario: Scenario,
  point: string,
  scale: Scale,
  options: Parameters<typeof Stage.set>[0],
): Promise<Figures> => {
  const stage = await Stage.set(options);
  try {
    const figures = await scenario.measure(stage, scale, point);
    if (stage.violations.length > 0) throw new Error(stage.violations.join('\n'));
    return finite(figures);
  } finally {
    await stage.strike();
  }
};
