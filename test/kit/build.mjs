import { spawnSync } from 'node:child_process';

/** Before the first e2e spec: what the specs start is what the sources say. */
export default function build() {
  for (const args of [
    ['run', '--silent', 'build'],
    ['exec', '--', 'tsc', '-p', 'tsconfig.faults.json'],
    ['exec', '--', 'tsc', '-p', 'tsconfig.bench.json'],
  ]) {
    const { status, stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
  }
}
