import { writeSync } from 'node:fs';
import { inspect } from 'node:util';

const STDERR = 2;

/**
 * A process that exits amid a transaction waits for lmdb's thread, which waits for the process's JavaScript: for ever. While
 * one of these is there, an uncaught exception, or a hasty `process.exit`, ends it as `kill -9` does, after which everything
 * acknowledged is there.
 */
export class ExitAmidTransaction {
  #fatal: { readonly error: unknown } | undefined;

  constructor() {
    process.on('uncaughtExceptionMonitor', this.#note);
    process.on('exit', this.#end);
  }

  dispose(): void {
    process.off('uncaughtExceptionMonitor', this.#note);
    process.off('exit', this.#end);
  }

  readonly #note = (error: unknown): void => {
    this.#fatal = { error };
  };

  readonly #end = (): void => {
    // Node itself would say it after this.
    if (this.#fatal !== undefined) writeSync(STDERR, `${inspect(this.#fatal.error)}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}
