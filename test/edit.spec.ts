import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { Clients, login } from './kit/clients.js';
import { ROOT, Servers } from './kit/server.js';
import { within } from './kit/within.js';

const servers = new Servers();
const clients = new Clients();
afterEach(() => clients.close());
afterAll(() => servers.close());

const OURS = '@greenroom';
/** What `npm start` needs, with what was built before: an edit is built upon it. */
const NEEDED = ['package.json', 'package-lock.json', 'vite.config.ts', 'scripts', 'src', 'cluster', 'libs', 'dist'];

/** A copy of the repository to edit, with the same packages but its own libs. */
const copy = async (): Promise<string> => {
  const dir = await servers.dir();
  const configs = (await readdir(ROOT)).filter((name) => /^tsconfig.*\.json$/.test(name));
  for (const name of [...NEEDED, ...configs])
    await cp(join(ROOT, name), join(dir, name), { recursive: true, preserveTimestamps: true });
  await mkdir(join(dir, 'node_modules', OURS), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== OURS) await symlink(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name));
  for (const lib of await readdir(join(dir, 'libs')))
    await symlink(join(dir, 'libs', lib), join(dir, 'node_modules', OURS, lib));
  return dir;
};

it('after an edit of a lib, `npm start` runs the edit, and what stops npm stops the server', async () => {
  const dir = await copy();
  const file = join(dir, 'libs/rooms/src/errors.ts');
  const source = await readFile(file, 'utf8');
  const edited = source.replace('has no command', 'has never heard of');
  expect(edited).not.toBe(source);
  await writeFile(file, edited);

  const startedAt = performance.now();
  const npm = servers.spawn('npm', ['start'], { PORT: '0', DATA_DIR: join(dir, 'data') }, dir);
  await npm.ready();
  const tookMs = performance.now() - startedAt;
  const { token } = await login(npm.url, 'Ann');
  const ann = await clients.connect(npm.url, 'ws JSON', { token }).opened();
  await ann.join('chat/edit');
  expect(await ann.ask('send', { room: 'chat/edit', name: 'dance' })).toMatchObject({
    ok: false,
    error: { code: 'UNKNOWN_COMMAND', message: 'A chat has never heard of dance.' },
  });
  await npm.stop();
  expect(await within('its end', ann.ended)).toMatchObject({ code: 1001 });
  await expect(fetch(`${npm.url}/healthz`)).rejects.toThrow();
  process.stdout.write(`npm start after an edit: ${Math.round(tookMs)} ms\n`);
});
