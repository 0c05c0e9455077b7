import { relative } from 'node:path';
import { finish, start } from '../processes.mjs';

const BUILD_SECONDS = 60;

/** Packages whose code the bundle of a page may hold beside the client's, and what it may weigh where a README says so. */
const PAGES = {
  'plain.ts': { packages: [], maxKiB: 8 },
  'msgpack.ts': { packages: ['msgpackr'] },
  'socket-io.ts': {
    packages: [
      'socket.io-client',
      'socket.io-parser',
      'engine.io-client',
      'engine.io-parser',
      '@socket.io/component-emitter',
    ],
  },
};
const CLIENT = ['@greenroom/client', '@greenroom/protocol'];

/** What is left of a server's libraries after minifying: names of their errors, events and options. */
const TELL_TALE = /zod|invalid_type|xstate|nestjs|reflect-metadata|design:paramtypes/i;

/** `@scope/name` of a module below the last node_modules; undefined for the page's own, and for what the bundler adds. */
const packageOf = (path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

/** What a bundle holds that a page with this client has no use for. */
export const strangersIn = ({ modules, code }, allowed) => {
  const packages = new Set(modules.map(packageOf).filter((name) => name !== undefined));
  return [
    ...[...packages].filter((name) => !allowed.includes(name)).map((name) => `code of ${name}`),
    ...(CLIENT.every((name) => packages.has(name)) ? [] : [`no client, but ${[...packages].join(', ')}`]),
    ...(TELL_TALE.test(code) ? [`the word "${TELL_TALE.exec(code)[0]}"`] : []),
  ];
};

/** Bundles a page for browsers: a sentence when that fails, or with what it should not hold; else its size. */
const bundle = async (folder, page, ...conditions) => {
  const { packages, maxKiB = Infinity } = PAGES[page];
  const command = ['src/browser/build.mjs', `src/browser/${page}`, ...conditions];
  const build = start(process.execPath, command, { cwd: folder });
  const failure = await finish(build, BUILD_SECONDS);
  if (failure) return { failure: `node ${command.join(' ')} ${failure}` };
  const built = JSON.parse(build.printed());
  const modules = built.modules.map((path) => relative(folder, path));
  const strangers = strangersIn({ ...built, modules }, [...CLIENT, ...packages]);
  if (strangers.length > 0) return { failure: `the bundle of ${page} holds ${strangers.join(', ')}` };
  const size = `${page} ${(built.gzipBytes / 1024).toFixed(1)} KiB gzipped`;
  return built.gzipBytes > maxKiB * 1024 ? { failure: `the bundle is too large: ${size}, above ${maxKiB}` } : { size };
};

/** Bundles every page: a sentence for the first that fails; `sizes` gets what the others weigh. */
export const bundlePages = async (folder, sizes) => {
  for (const page of Object.keys(PAGES)) {
    const { failure, size } = await bundle(folder, page);
    if (failure) return failure;
    sizes.push(size);
  }
  return (await bundle(folder, 'plain.ts', 'source')).failure;
};
