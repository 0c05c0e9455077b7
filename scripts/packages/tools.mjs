import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packs libs as `npm publish` would: of each the tarball, and the paths in it. */
export const pack = async (libs, into) => {
  const workspaces = libs.flatMap(({ folder }) => ['--workspace', folder]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', into, ...workspaces]);
  const packed = new Map(JSON.parse(stdout).map((each) => [each.name, each]));
  return libs.map((lib) => {
    const { filename, files } = packed.get(lib.manifest.name);
    return { ...lib, tarball: join(into, filename), files: files.map(({ path }) => path) };
  });
};

const tool = async (name, ...args) => {
  try {
    await run('npx', ['--no-install', name, ...args], { env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    return [];
  } catch (error) {
    return [`${name}:\n${error.stdout}${error.stderr}`.trimEnd()];
  }
};

/** What publint and arethetypeswrong say of a tarball, every entry point of it. */
export const checkResolution = async (tarball) => {
  const said = [
    tool('publint', 'run', tarball, '--strict'),
    tool('attw', tarball, '--profile', 'esm-only', '--no-color'),
  ];
  return (await Promise.all(said)).flat();
};
