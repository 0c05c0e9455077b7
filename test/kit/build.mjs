import { spawnSync } from 'node:child_process';

/** Before the first e2e spec: what the specs start is what the sources say. */
export default function build() {
  for (const project of [
    ['-b', 'tsconfig.build.json'],
    ['-p', 'test/faults'],
  ]) {
    const tsc = ['node_modules/typescript/bin/tsc', ...project];
    const { status, stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the build failed\n${stdout}`);
  }
}
