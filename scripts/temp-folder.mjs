import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { killAll } from './processes.mjs';

/** Gives `work` an empty folder outside the repository; whatever ends it, no file and no process of it is left. */
export const inTempFolder = async (name, work) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `greenroom-${name}-`)));
  const clean = () => {
    killAll();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  try {
    // Inside, node would find the packages of the repository.
    if (!relative(resolve('.'), folder).startsWith('..')) throw new Error(`${folder} is inside the repository`);
    return await work(folder);
  } finally {
    clean();
    process.off('exit', clean);
  }
};
