import { spawnSync } from 'node:child_process';

/** Before the first e2e spec: what the specs start is what the sources say. */
export default function build() {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
}
