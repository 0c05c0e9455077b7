import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { killAll } from './processes.mjs';

/** `greenroom-installs-4711-Xa9`: the pid says whether anybody still needs it. */
const NAME = /^greenroom-[a-z-]+-(\d+)-[^-]+$/;

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Takes away what scripts that were killed could not. */
const sweep = (parent) => {
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
};

/** Gives `work` an empty folder outside the repository; whatever ends it, no file and no process of it is left. */
export const inTempFolder = async (name, work) => {
  const parent = realpathSync(tmpdir());
  // Inside, node would find the packages of the repository.
  if (!relative(resolve('.'), parent).startsWith('..')) throw new Error(`${parent} is inside the repository`);
  sweep(parent);
  const folder = mkdtempSync(join(parent, `greenroom-${name}-${process.pid}-`));
  const clean = () => {
    killAll();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  try {
    return await work(folder);
  } finally {
    clean();
    process.off('exit', clean);
  }
};
