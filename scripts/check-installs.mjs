// Whether strangers can use the libs: packed, installed into fresh apps outside the repository, compiled with every
// library's types checked, started, and asked for a working room; and bundled for browsers, with nothing of a server.
// Run `npm run build` first.
//
//   node scripts/check-installs.mjs [app ...]
import { join } from 'node:path';
import { bundlePages } from './installs/bundle.mjs';
import { compile } from './installs/compile.mjs';
import { importEntries, writeEntries } from './installs/entries.mjs';
import { makeApp } from './installs/fresh-app.mjs';
import { serve } from './installs/serve.mjs';
import { readLibs } from './packages/libs.mjs';
import { pack } from './packages/tools.mjs';
import { inTempFolder } from './temp-folder.mjs';

const TYPED = ['typescript', 'zod', 'xstate'];
const NEST = [
  ...TYPED,
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-socket.io',
  '@nestjs/websockets',
  '@types/node',
  'reflect-metadata',
  'rxjs',
  'socket.io',
];

/**
 * `needs`: what is installed beside the libs, at the repository's versions. `starts`: each program, and what it must
 * give. Sources are in fixtures/installs.
 */
const APPS = [
  {
    name: 'express',
    needs: [...NEST, '@nestjs/platform-express', 'socket.io-client'],
    starts: { 'main.js': ['a room over both carriers', 'a room for the packed client'] },
    importsAll: true,
  },
  {
    name: 'fastify',
    needs: [...NEST, '@nestjs/platform-fastify'],
    starts: { 'main.js': ['a room over both carriers'] },
  },
  {
    name: 'own-adapter',
    needs: [...NEST, '@nestjs/platform-express', '@nestjs/platform-ws'],
    starts: {
      'main.js': ['a room over both carriers', 'its own Socket.IO gateway'],
      'main-ws.js': ['a room over plain WebSockets', 'its own WebSocket gateway'],
    },
  },
  {
    name: 'browser',
    needs: [...TYPED, 'vite', 'socket.io-client'],
    libs: ['@greenroom/client', '@greenroom/protocol', '@greenroom/rooms'],
  },
];

/** A condition many packages use for their sources, which nobody has after an install: it must change nothing. */
const CONDITIONS = [[], ['--conditions=source']];

/** Everything about a Nest app, in order; yields what fails. `shown` gets what held. */
async function* checkNest({ name, starts, importsAll }, folder, packed, shown) {
  if (importsAll) writeEntries(folder, packed);
  yield compile(folder, 'app', ['src']);
  if (importsAll) yield compile(folder, 'bundledApp', ['src']);
  for (const flags of CONDITIONS) {
    if (importsAll) yield importEntries(folder, packed, flags);
    for (const [main, given] of Object.entries(starts)) yield serve({ folder, name }, main, flags, given);
  }
  shown.push(...(importsAll ? ['every entry point'] : []), ...Object.values(starts).flat());
}

/** The same about the pages of a browser. */
async function* checkPages({ name }, folder, shown) {
  yield compile(folder, 'page', [`src/${name}`]);
  yield bundlePages(folder, shown);
}

async function* check(app, folder, packed, shown) {
  yield makeApp(app, folder, packed);
  yield* app.starts ? checkNest(app, folder, packed, shown) : checkPages(app, folder, shown);
}

/** Says in one line what held, or returns what was the first not to. */
const checkApp = async (app, folder, packed) => {
  const started = performance.now();
  const shown = [];
  for await (const failure of check(app, folder, packed, shown)) if (failure) return `${app.name}: ${failure}`;
  console.log(`${app.name}: ${shown.join(', ')}; ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return undefined;
};

const named = process.argv.slice(2);
const apps = APPS.filter(({ name }) => named.length === 0 || named.includes(name));

await inTempFolder('installs', async (folder) => {
  const packed = await pack(readLibs(), folder);
  const waiting = [...apps];
  const failures = [];
  const worker = async () => {
    for (let app = waiting.shift(); app; app = waiting.shift())
      failures.push(await checkApp(app, join(folder, app.name), packed));
  };
  await Promise.all([worker(), worker()]);
  for (const failure of failures) if (failure) console.error(failure);
  process.exitCode = failures.some(Boolean) ? 1 : 0;
});
