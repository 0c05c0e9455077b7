import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, start } from '../processes.mjs';

const COMPILE_SECONDS = 120;

const APP = {
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  module: 'nodenext',
  rootDir: 'src',
  outDir: 'dist',
  strict: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

const BUNDLED = {
  module: 'esnext',
  moduleResolution: 'bundler',
  // What others call the way to their sources, which are not there after an install.
  customConditions: ['source'],
  noEmit: true,
};

/** Ways to compile, by whoever does so. */
const WAYS = {
  /** A Nest app, which looks into its libraries' types too. */
  app: APP,
  /** The same where a bundler resolves. This is about what is found: the insides were looked at before. */
  bundledApp: { ...APP, ...BUNDLED, skipLibCheck: true },
  /** A page: nothing of Node is known. */
  page: { ...APP, ...BUNDLED, lib: ['es2023', 'dom'], types: [] },
};

/** Compiles an app in one of these ways, the folders of `include`: a sentence when something does not compile. */
export const compile = async (folder, way, include) => {
  const project = `tsconfig.${way}.json`;
  const config = { compilerOptions: WAYS[way], include };
  writeFileSync(join(folder, project), JSON.stringify(config, undefined, 2));
  const compiler = start(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { cwd: folder });
  const failure = await finish(compiler, COMPILE_SECONDS);
  return failure && `tsc, as ${way}, ${failure}`;
};
