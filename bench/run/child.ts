import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BENCH, benchNode, type Machine } from './machine.js';

/** Making a hundred thousand rooms takes minutes on a slow disk. */
const PATIENCE_MS = 15 * 60_000;

export interface ChildOptions {
  readonly machine: Machine;
  /** The core it is kept on, where that can be done. */
  readonly core: number;
}

interface Failed {
  readonly is: 'failed';
  readonly why: string;
}
type Message = { readonly is: string };

/** A process of the benchmark that is told things and says things. What it fails with, whoever waits for it is told. */
export class Child<In extends object, Out extends Message> {
  readonly #child: ChildProcess;
  readonly #said: Out[] = [];
  #look: () => void = () => undefined;
  #failure: string | undefined;

  /** @param module below the benchmark's `dist` */
  constructor(module: string, args: readonly string[], { machine, core }: ChildOptions) {
    const command = [benchNode(), join(BENCH, 'dist', module), ...args];
    const [program, ...rest] = machine.isPinned ? ['taskset', '-c', String(core % machine.cores), ...command] : command;
    this.#child = spawn(program ?? benchNode(), rest, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#child.on('message', (message) => {
      const said = message as Out | Failed;
      if (said.is === 'failed') this.#fails((said as Failed).why);
      else this.#said.push(said as Out);
      this.#look();
    });
    this.#child.on('error', (error) => this.#fails(error.message));
    this.#child.on('exit', (code, signal) => this.#fails(`${module} ended with ${signal ?? code}`));
  }

  tell(message: In): void {
    this.#child.send(message);
  }

  /** The next thing it says that `is` this. Rejects when it fails, ends, or says nothing of the kind for a quarter of an hour. */
  next<K extends Out['is']>(is: K): Promise<Extract<Out, { is: K }>> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`waited for '${is}' in vain`)), PATIENCE_MS);
      this.#look = () => {
        const at = this.#said.findIndex((said) => said.is === is);
        if (at < 0 && this.#failure === undefined) return;
        clearTimeout(late);
        this.#look = () => undefined;
        if (at >= 0) resolve(this.#said.splice(at, 1)[0] as Extract<Out, { is: K }>);
        else reject(new Error(this.#failure));
      };
      this.#look();
    });
  }

  /** Ends it where it stands: it has nothing to keep. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #fails(why: string): void {
    this.#failure ??= why;
    this.#look();
  }
}
