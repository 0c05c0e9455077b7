import { existsSync, readFileSync } from 'node:fs';
import { errorCode } from './error-code.js';

/** Tells one process from all others, also from a later one with the same pid. */
export interface ProcessMark {
  readonly pid: number;
  /** Boot and start time, as Linux knows them; empty elsewhere. */
  readonly started: string;
}

export const thisProcess = (): ProcessMark => ({ pid: process.pid, started: startOf(process.pid) ?? '' });

/** Where a process's start is not known, any process with that pid counts. */
export function isRunning(mark: ProcessMark): boolean {
  if (existsSync('/proc/self/stat')) return startOf(mark.pid) === mark.started;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** `undefined`: no such process, or one that is dead and not yet reaped. Source: proc(5), `/proc/pid/stat`. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses, which may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    if (state === 'Z' || state === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}
