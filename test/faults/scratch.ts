import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Findings } from './evidence.js';

export interface Scene<R extends Findings> {
  play(): Promise<R>;
  close(): Promise<void>;
}

/** Plays in a directory of its own, which goes when all was well. What everybody saw stays when it was not. */
export async function playInScratch<R extends Findings>(
  sceneIn: (dir: string) => Scene<R>,
): Promise<R & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'greenroom-faults-'));
  const scene = sceneIn(dir);
  let isWell = false;
  try {
    const report = await scene.play();
    isWell = report.violations.length + report.faults.length === 0;
    return { ...report, dir };
  } finally {
    await scene.close();
    if (isWell) await rm(dir, { recursive: true, force: true });
  }
}
