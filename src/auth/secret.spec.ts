import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigError } from '../config.js';
import { loadSecret } from './secret.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenroom-secret-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a configured secret is taken and nothing is written', async () => {
  const dataDir = join(folder, 'unused');
  expect(await loadSecret({ jwtSecret: 'x'.repeat(32), dataDir })).toBe('x'.repeat(32));
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

test('a secret is made once, kept, and readable by its owner alone', async () => {
  const dataDir = join(folder, 'new', 'data');
  const secrets = await Promise.all([1, 2, 3].map(() => loadSecret({ dataDir })));
  expect(new Set([...secrets, await loadSecret({ dataDir })]).size).toBe(1);
  expect(Buffer.byteLength(secrets[0] ?? '')).toBeGreaterThanOrEqual(32);
  const file = join(dataDir, 'jwt-secret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(secrets[0]);
});

test('a damaged secret and a folder that cannot be made are one line', async () => {
  await writeFile(join(folder, 'jwt-secret'), 'short');
  await expect(loadSecret({ dataDir: folder })).rejects.toThrow(ConfigError);
  await writeFile(join(folder, 'file'), '');
  await expect(loadSecret({ dataDir: join(folder, 'file', 'data') })).rejects.toThrow(/^DATA_DIR cannot be used: .*$/);
});
