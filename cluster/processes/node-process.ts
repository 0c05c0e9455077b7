import { spawn, type ChildProcess } from 'node:child_process';
import { LastWords } from './last-words.js';

/** What a node runs: Node itself, with these arguments. */
export interface Program {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type NodeState =
  | { readonly is: 'off' }
  | { readonly is: 'starting'; readonly pid: number }
  | { readonly is: 'listening' | 'frozen'; readonly pid: number; readonly port: number }
  | { readonly is: 'stopping'; readonly pid: number }
  /** `died`: nobody asked it to. */
  | { readonly is: 'killed' | 'stopped' | 'died'; readonly exit: Exit; readonly lastWords: string };

export interface NodeWatcher {
  /** It is in another state. */
  changed?(node: NodeProcess): void;
  /** It has written a line. */
  said?(node: NodeProcess, line: string): void;
}

const LISTENING = /Listening on http:\/\/[^"\s]+:(\d+)/;

/** A node of the app in a process of its own: started, killed, stopped, frozen, and started again as often as one likes. */
export class NodeProcess {
  /** How often it was started. */
  starts = 0;
  #state: NodeState = { is: 'off' };
  #child: ChildProcess | undefined;
  #asked: 'killed' | 'stopped' | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly program: Program,
    private readonly watcher: NodeWatcher = {},
  ) {}

  get state(): NodeState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Where it listens. */
  get port(): number | undefined {
    return 'port' in this.#state ? this.#state.port : undefined;
  }

  /** Resolves when the process that runs now has ended. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** @param env for this start alone */
  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.#child !== undefined) return;
    const { args, cwd, env: always } = this.program;
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, ['--import', './scripts/tether.mjs', ...args], {
      cwd,
      env: { PATH, HOME, PORT: '0', ...always, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A signal that a terminal sends to all is for whoever started it to pass on.
      detached: true,
    });
    this.#child = child;
    this.starts += 1;
    this.#asked = undefined;
    const words = new LastWords((line) => this.#hear(line));
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => words.take(text));
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => words.take(`${error.message}\n`));
      child.once('close', (code, signal) => {
        words.end();
        this.#child = undefined;
        this.#become({ is: this.#asked ?? 'died', exit: { code, signal }, lastWords: String(words) });
        resolve(undefined);
      });
    });
    this.#become({ is: 'starting', pid: child.pid ?? 0 });
  }

  /** SIGKILL: it dies where it stands. */
  kill(): void {
    this.#asked = 'killed';
    this.#child?.kill('SIGKILL');
  }

  /** SIGTERM: it ends in good order. */
  stop(): void {
    if (this.#child === undefined) return;
    this.#asked ??= 'stopped';
    this.#child.kill('SIGTERM');
    // A frozen one would hear of it when it goes on.
    this.#child.kill('SIGCONT');
    this.#become({ is: 'stopping', pid: this.#child.pid ?? 0 });
  }

  /** SIGSTOP: it hangs, and its connections stay open. */
  freeze(): void {
    if (this.#state.is !== 'listening') return;
    this.#child?.kill('SIGSTOP');
    this.#become({ ...this.#state, is: 'frozen' });
  }

  /** SIGCONT. */
  thaw(): void {
    if (this.#state.is !== 'frozen') return;
    this.#child?.kill('SIGCONT');
    this.#become({ ...this.#state, is: 'listening' });
  }

  /** Ends it in good order, or otherwise when that takes too long. Resolves when it has ended. */
  async end(withinMs: number): Promise<void> {
    this.stop();
    const late = setTimeout(() => this.kill(), withinMs);
    await this.#ended;
    clearTimeout(late);
  }

  #hear(line: string): void {
    const port = LISTENING.exec(line)?.[1];
    if (port !== undefined && this.#state.is === 'starting')
      this.#become({ is: 'listening', pid: this.#state.pid, port: Number(port) });
    this.watcher.said?.(this, line);
  }

  #become(state: NodeState): void {
    this.#state = state;
    this.watcher.changed?.(this);
  }
}
