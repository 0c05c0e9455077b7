import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The benchmark's folder; this file is run from its `dist/run`. */
export const BENCH = fileURLToPath(new URL('../../', import.meta.url));

/** What a result was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Whether each process was kept on a core of its own. */
  readonly isPinned: boolean;
}

const output = (command: string, args: readonly string[]): string | undefined => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
};

/** The Node of the benchmark's own install; without one, the Node that runs this. */
export const benchNode = (): string => {
  const own = join(BENCH, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  return existsSync(own) ? own : process.execPath;
};

/** Whether the packages of the benchmark's own install are there. */
export const isInstalled = (): boolean => existsSync(join(BENCH, 'node_modules/@colyseus/core'));

/** In a container some cores may be somebody else's. */
const canPin = (cores: number): boolean =>
  Array.from({ length: cores }, (_, core) => output('taskset', ['-c', `${core}`, 'true'])).every(
    (said) => said !== undefined,
  );

export const lookAtMachine = (): Machine => {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: output(benchNode(), ['--version']) ?? 'unknown',
    isPinned: canPin(all.length),
  };
};

/** Processes that wanted a core, on average over the last minute. */
export const lookAtLoad = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;
