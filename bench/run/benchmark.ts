import { join } from 'node:path';
import type { PointResult, Results, ScenarioResult } from '../report/results.js';
import type { Figures } from '../scenarios/metrics.js';
import type { Scale, Scenario } from '../scenarios/scenario.js';
import { SERVERS, type ServerName } from '../servers/server-name.js';
import { lookAtMachine, type Machine } from './machine.js';
import { Stage } from './stage.js';
import { versions } from './versions.js';

export interface BenchmarkOptions {
  readonly scenarios: readonly Scenario[];
  readonly servers: readonly ServerName[];
  readonly scale: Scale;
  /** Where CPU profiles of servers go. */
  readonly profileDir?: string | undefined;
  readonly say: (line: string) => void;
}

/** A delivery that was not right, or a server or load process that failed: the figures mean nothing. */
export class WrongDelivery extends Error {
  override readonly name = 'WrongDelivery';
}

/** Runs every scenario: servers one after the other, and that again and again, so that what disturbs a machine disturbs all of them. */
export const benchmark = async (options: BenchmarkOptions): Promise<Results> => {
  const machine = lookAtMachine();
  const measuredAt = new Date().toISOString();
  const scenarios: ScenarioResult[] = [];
  for (const scenario of options.scenarios) {
    options.say(`${scenario.id}  ${scenario.title}`);
    const points: PointResult[] = [];
    for (const point of scenario.points(options.scale.size))
      points.push(await measurePoint(scenario, point, machine, options));
    const { id, title, about } = scenario;
    scenarios.push({ id, title, about, points });
  }
  return { measuredAt, size: options.scale.size, machine, versions: versions(), scenarios };
};

const measurePoint = async (
  scenario: Scenario,
  point: string,
  machine: Machine,
  { servers, scale, profileDir, say }: BenchmarkOptions,
): Promise<PointResult> => {
  const entries = scenario.servers
    .filter((server) => servers.includes(server))
    .map((server) => ({ server, runs: [] as Figures[] }));
  for (let round = 1; round <= scale.runs; round += 1)
    for (const { server, runs } of entries) {
      const name = [scenario.id, point, server].filter(Boolean).join('-');
      const profiles = profileDir && join(profileDir, name);
      const figures = await measureOnce(scenario, point, scale, { server, machine, onDisk: scenario.onDisk, profiles });
      runs.push(figures);
      const where = [scenario.id, point, `${round}/${scale.runs}`].filter(Boolean).join(' ');
      say(
        `  ${where}  ${SERVERS[server]}: ${JSON.stringify(figures, (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value))}`,
      );
    }
  return { point, entries };
};

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
    return figures;
  } catch (error) {
    throw new WrongDelivery(`${scenario.id}, ${SERVERS[options.server]}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await stage.strike();
  }
};
