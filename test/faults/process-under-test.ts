import { FAILPOINTS, type Failpoint } from '@greenroom/testing/faults';
import type { Server, Servers } from '../kit/server.js';
import type { ServerOptions, ServerWord } from './server-options.js';

/** The server in a process of its own: started, stopped, continued and killed as often as a run wants. */
export class ProcessUnderTest {
  readonly #server: Server;
  #isOver = false;
  #continued = 0;

  constructor(servers: Servers, main: string, root: string, options: ServerOptions) {
    const env = { FAULTS: JSON.stringify(options), NODE_ENV: 'test' };
    this.#server = servers.spawn(process.execPath, ['--enable-source-maps', main], env, root);
    void this.#server.exited.then(() => (this.#isOver = true));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get port(): number {
    return Number(new URL(this.#server.url).port);
  }

  get url(): string {
    return this.#server.url;
  }

  /** Whether it takes traffic; `false` when it ended before it did. */
  async isReady(): Promise<boolean> {
    return this.#server.ready().then(
      () => true,
      (error: unknown) => {
        if (!this.#isOver) throw error;
        return false;
      },
    );
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#isOver) process.kill(this.#server.pid, signal);
  }

  /** It has stopped itself, and was not continued since. */
  takeStop(): boolean {
    const stops = this.#words().filter((word) => 'strike' in word && word.action === 'stop').length;
    if (stops <= this.#continued) return false;
    this.#continued = stops;
    return true;
  }

  /** Resolves when it has ended, by SIGKILL if it takes too long. @returns whether that was needed */
  async ended(ms: number): Promise<boolean> {
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      this.signal('SIGKILL');
    }, ms);
    await this.#server.exited;
    clearTimeout(late);
    return isLate;
  }

  /** How often each failpoint was hit, as far as it could still say. */
  get hits(): ReadonlyMap<Failpoint, number> {
    const hits = new Map<Failpoint, number>();
    for (const word of this.#words())
      if ('hits' in word) for (const point of FAILPOINTS) hits.set(point, word.hits[point] ?? 0);
    return hits;
  }

  /** Failpoints that struck it down. */
  get strikes(): readonly string[] {
    return this.#words().flatMap((word) => ('strike' in word ? [`${word.action} ${word.strike}`] : []));
  }

  get stderr(): string {
    return this.#server.stderr;
  }

  #words(): ServerWord[] {
    return this.#server.stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as ServerWord);
  }
}
