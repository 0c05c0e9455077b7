import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Results } from '../bench/report/results.js';
import { ROOT, Servers } from './kit/server.js';

/**
 * The benchmark, small: whether what every server delivers is right, not how fast. Colyseus and the Node it needs are in an install of the benchmark's
 * own, which a gate does not need: it is left out by name.
 */
const servers = new Servers();
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'greenroom-bench-'));
});
afterAll(async () => {
  await servers.close();
  await rm(out, { recursive: true, force: true });
});

const measure = async (scenarios: string, named: string): Promise<Results> => {
  const main = join(ROOT, 'bench/dist/main.js');
  const args = ['--small', '--out', out, '--scenario', scenarios, '--servers', named];
  const run = servers.spawn(process.execPath, [main, ...args], {});
  const { code } = await run.exited;
  expect({ code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(await readFile(join(out, 'results.json'), 'utf8')) as Results;
};

/** Every server has figures. */
const measured = ({ scenarios }: Results): readonly string[] =>
  scenarios.flatMap(({ id, points }) =>
    points.flatMap(({ entries }) =>
      entries.map(({ server, runs }) => {
        const isWhole = runs.length > 0 && runs.every((figures) => Object.keys(figures).length > 0);
        return isWhole ? `${id} ${server}` : `${id} ${server}: ${JSON.stringify(runs)}`;
      }),
    ),
  );

test('every server delivers every message to every member, once and in one order, under both loads', async () => {
  const all = ['greenroom-socketio', 'greenroom-ws', 'limit', 'socketio', 'nest', 'ws'];
  const results = await measure('b', all.join(','));
  expect(measured(results)).toEqual(all.map((server) => `b ${server}`));
  expect(await readFile(join(out, 'index.html'), 'utf8')).toContain('<svg');
}, 60_000);

test('Greenroom answers every command, in memory and on disk, and takes in whoever comes', async () => {
  const both = ['greenroom-socketio', 'greenroom-ws'];
  const results = await measure('e,f,g,h', both.join(','));
  expect(measured(results)).toEqual(['e', 'f', 'g', 'h'].flatMap((id) => both.map((server) => `${id} ${server}`)));
}, 60_000);

test('three nodes on a Redis answer every command, near and far, and deliver every message wherever its members are', async () => {
  const scenarios = ['l', 'm', 'n', 'o', 'p', 'q', 'r'];
  const results = await measure(scenarios.join(','), 'greenroom-ws');
  const points = (id: string): number => results.scenarios.find((each) => each.id === id)?.points.length ?? 0;
  expect(measured(results)).toEqual(scenarios.flatMap((id) => Array(points(id)).fill(`${id} greenroom-ws`)));
  expect(scenarios.map(points)).toEqual([2, 2, 3, 2, 2, 1, 2]);
  // A command through another node is sent there and answered from there; what is written is the same.
  const [owner, another] = results.scenarios[0]?.points.map(({ entries }) => entries[0]?.runs[0]) ?? [];
  expect((another?.redisSpublish ?? 0) - (owner?.redisSpublish ?? 0)).toBeCloseTo(2, 0);
  expect((another?.redisEvalsha ?? 0) / (owner?.redisEvalsha ?? 1)).toBeCloseTo(1, 0);
}, 120_000);
