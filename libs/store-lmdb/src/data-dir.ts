import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.js';
import { isRunning, thisProcess, type ProcessMark } from './process-mark.js';

/** The store cannot be opened where it was told to; the message is one sentence for whoever runs the server. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

const LOCK = 'lock';

/**
 * Makes the directory if need be (for its owner alone), and makes sure that it can hold a store and that nobody uses it.
 * @throws DataDirError
 */
export function prepareDataDir(dir: string): void {
  makeDataDir(dir);
  refuseIfHeld(dir);
}

/**
 * Makes the directory if need be (for its owner alone), and makes sure that files can be made in it.
 * @throws DataDirError
 */
export function makeDataDir(dir: string): void {
  try {
    makeDir(dir);
    // Whether entries can be made in it; on a file this fails with ENOTDIR.
    accessSync(join(dir, '.'), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirError(sentence(dir, error), { cause: error });
  }
}

/** Node's `recursive` never returns where a folder exists and none can be made in it, as in /proc (Node 20). */
function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && statSync(dir).isDirectory()) return;
    if (errorCode(error) !== 'ENOENT' || existsSync(dirname(dir))) throw error;
    makeDir(dirname(dir));
    makeDir(dir);
  }
}

/**
 * Takes the directory for this process, also from one that was killed.
 * @param alone runs what it is given while no other process is in it.
 * @returns what gives it back.
 * @throws DataDirError when a running process has it.
 */
export function lockDataDir(dir: string, alone: (work: () => void) => void): () => void {
  const path = join(dir, LOCK);
  const mine = JSON.stringify(thisProcess());
  alone(() => {
    refuseIfHeld(dir);
    // Renamed into its place, so that it is never read half written.
    writeFileSync(`${path}.new`, mine);
    renameSync(`${path}.new`, path);
  });
  return () => {
    if (readLock(path) === mine) rmSync(path, { force: true });
  };
}

function refuseIfHeld(dir: string): void {
  const holder = parseMark(readLock(join(dir, LOCK)));
  if (holder === undefined || !isRunning(holder)) return;
  throw new DataDirError(
    holder.pid === process.pid
      ? `${dir} is in use by a store of this process (${holder.pid}): close that one first.`
      : `${dir} is in use by process ${holder.pid}: stop it, or use another directory.`,
  );
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A lock that makes no sense holds nothing: it was not written by us. */
function parseMark(text: string | undefined): ProcessMark | undefined {
  if (text === undefined) return undefined;
  try {
    const mark = JSON.parse(text) as Partial<ProcessMark> | null;
    return typeof mark?.pid === 'number' && typeof mark.started === 'string' ? (mark as ProcessMark) : undefined;
  } catch {
    return undefined;
  }
}

function sentence(dir: string, error: unknown): string {
  switch (errorCode(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `${dir} is not a directory.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${dir} cannot be written to by this user.`;
    default:
      return `${dir} cannot be used: ${String(error)}.`;
  }
}
