import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, start } from '../processes.mjs';

const COMPILE_SECONDS = 120;

const compilerOptions = {
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

/**
 * How a page's code is compiled, with a condition that others use for their sources. This is about what resolves: the
 * insides of the libraries' types were looked at before.
 */
const BUNDLED = [
  ['--noEmit', '--skipLibCheck'],
  ['--lib', 'es2023,dom'],
  ['--module', 'esnext'],
  ['--moduleResolution', 'bundler'],
  ['--customConditions', 'source'],
].flat();

const tsc = async (folder, ...args) => {
  const compiler = start(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { cwd: folder });
  const failure = await finish(compiler, COMPILE_SECONDS);
  return failure && `tsc ${args.join(' ')} ${failure}`;
};

/** Compiles an app, its libraries' types included: a sentence when something is wrong with them. */
export const compile = (folder) => {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }, undefined, 2));
  return tsc(folder);
};

/** Whether the app's types hold as well where a bundler resolves them. */
export const compileBundled = (folder) => tsc(folder, ...BUNDLED);
