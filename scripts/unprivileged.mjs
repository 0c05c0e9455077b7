import { chownSync } from 'node:fs';
import { program } from './debian.mjs';

/** Whom every system has. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/**
 * What runs a program that refuses to be root, `[command, args]`: as root it is `nobody`, who may read and write all that root
 * may, so that the program can be in a folder of root's alone. The program keeps the pid.
 */
export const unprivileged = (command, args) => {
  if (!isRoot) return [command, args];
  const who = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  // `access` asks about the real user, unless it is told to leave what they may alone.
  const may = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return [program('setpriv', 'util-linux'), [...who, ...may, command, ...args]];
};

/** Gives a folder to whom programs run as. */
export const handOver = (folder) => {
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
};
