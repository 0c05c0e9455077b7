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
});

test('Greenroom answers every command, in memory and on disk, and takes in whoever comes', async () => {
  const both = ['greenroom-socketio', 'greenroom-ws'];
  const results = await measure('e,f,g,h', both.join(','));
  expect(measured(results)).toEqual(['e', 'f', 'g', 'h'].flatMap((id) => both.map((server) => `${id} ${server}`)));
});

test('three nodes on a Redis answer every command, near and far, and deliver every message wherever its members are', async () => {
  const results = await measure('l,o', 'greenroom-ws');
  expect(measured(results)).toEqual(['l', 'l', 'o', 'o'].map((id) => `${id} greenroom-ws`));
  // A command through another node is sent there and answered from there; what is written is the same.
  const [near = Number.NaN, far = Number.NaN] = (results.scenarios[0]?.points ?? []).map(({ entries }) => {
    const { redisSpublish, redisEvalsha } = entries[0]?.runs[0] ?? {};
    return (redisSpublish ?? Number.NaN) / (redisEvalsha ?? Number.NaN);
  });
  expect(far / near).toBeGreaterThan(1.5);
});
