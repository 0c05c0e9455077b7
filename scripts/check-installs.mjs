// Whether strangers can use the libs: packed, installed into fresh Nest apps outside the repository, compiled with every
// library's types checked, started, and asked for a working room. Run `npm run build` first.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile, compileBundled } from './installs/compile.mjs';
import { importEntries, writeEntries } from './installs/entries.mjs';
import { makeApp } from './installs/fresh-app.mjs';
import { serve } from './installs/serve.mjs';
import { readLibs } from './packages/libs.mjs';
import { pack } from './packages/tools.mjs';
import { inTempFolder } from './temp-folder.mjs';

const EVERY_APP = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-socket.io',
  '@nestjs/websockets',
  '@types/node',
  'reflect-metadata',
  'rxjs',
  'socket.io',
  'typescript',
  'xstate',
  'zod',
];

/** `starts`: what each program of the app must give. `entries`: it imports all that the libs offer, too. */
const APPS = [
  {
    name: 'express',
    needs: [...EVERY_APP, '@nestjs/platform-express', 'socket.io-client'],
    starts: { 'main.js': ['a room over both carriers'] },
    entries: true,
  },
  {
    name: 'fastify',
    needs: [...EVERY_APP, '@nestjs/platform-fastify'],
    starts: { 'main.js': ['a room over both carriers'] },
  },
  {
    name: 'own-adapter',
    needs: [...EVERY_APP, '@nestjs/platform-express', '@nestjs/platform-ws'],
    starts: {
      'main.js': ['a room over both carriers', 'its own Socket.IO gateway'],
      'main-ws.js': ['a room over plain WebSockets', 'its own WebSocket gateway'],
    },
  },
];

/** A condition many packages use for their sources, which nobody has after an install: it must change nothing. */
const CONDITIONS = [[], ['--conditions=source']];

/** Everything about one app, in order, to the first failure; yields what failed. */
async function* check(app, folder, packed) {
  yield await makeApp(app, folder, packed);
  if (app.entries) writeEntries(folder, packed);
  yield await compile(folder);
  if (app.entries) yield await compileBundled(folder);
  for (const flags of CONDITIONS) {
    if (app.entries) yield await importEntries(folder, packed, flags);
    for (const [main, names] of Object.entries(app.starts))
      yield await serve(folder, join('dist', app.name, main), flags, names);
  }
}

const checkApp = async (app, folder, packed) => {
  const started = performance.now();
  for await (const failure of check(app, folder, packed)) if (failure) return `${app.name}: ${failure}`;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const given = [...new Set(Object.values(app.starts).flat())];
  console.log(`${app.name}: ${app.entries ? 'every entry, ' : ''}${given.join(', ')}; ${seconds} s`);
  return undefined;
};

const { positionals } = parseArgs({ allowPositionals: true });
const apps = APPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

await inTempFolder('installs', async (folder) => {
  const packed = await pack(readLibs(), folder);
  // All at once: installing mostly waits, and compiling takes what is left of the machine.
  const failures = await Promise.all(apps.map((app) => checkApp(app, join(folder, app.name), packed)));
  for (const failure of failures) if (failure) console.error(failure);
  process.exitCode = failures.some(Boolean) ? 1 : 0;
});
