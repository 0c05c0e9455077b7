import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FencedError, StoreRefusedError, type Entry, type RoomStore } from '@greenroom/rooms';

const CHILD = fileURLToPath(new URL('../fixtures/child.mjs', import.meta.url));

interface Answer {
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A store in a child process, of the built lib, that can be killed. */
export class ChildStore implements RoomStore {
  readonly #process: ChildProcess;
  readonly #calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #last = 0;

  /** @param shell runs before the child, to set limits. */
  constructor(dir: string, shell = ':') {
    this.#process = spawn('bash', ['-c', `${shell}; exec "$0" "$1" "$2"`, process.execPath, CHILD, dir], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Once the child only waits to be told to open. */
  async ready(): Promise<void> {
    await once(this.#process, 'message');
  }

  /** Has a child that is ready open its store. */
  async openNow(): Promise<this> {
    const answered = once(this.#process, 'message') as Promise<[Answer]>;
    this.#process.send({ open: true });
    const [{ error }] = await answered;
    if (error !== undefined) throw revive(error);
    this.#process.on('message', ({ id = 0, value, error: refusal }: Answer) => {
      const call = this.#calls.get(id);
      if (refusal === undefined) call?.resolve(value as never);
      else call?.reject(revive(refusal));
    });
    return this;
  }

  async open(): Promise<this> {
    await this.ready();
    return this.openNow();
  }

  async kill(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  #call<T>(verb: keyof RoomStore, args: readonly unknown[]): Promise<T> {
    const id = (this.#last += 1);
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      try {
        this.#process.send({ id, verb, args });
      } catch (cause) {
        reject(new StoreRefusedError('it cannot be sent', { cause }));
      }
    });
  }
  claim = (...args: Parameters<RoomStore['claim']>) =>
    this.#call<Awaited<ReturnType<RoomStore['claim']>>>('claim', args);
  append = (...[address, fence, batch]: Parameters<RoomStore['append']>) => {
    const { epoch, owner } = fence;
    return this.#call<number>('append', [address, { epoch, owner }, batch]);
  };
  read = (...args: Parameters<RoomStore['read']>) => this.#call<readonly Entry[]>('read', args);
  saveSnapshot = (...[address, { epoch, owner }, ...rest]: Parameters<RoomStore['saveSnapshot']>) =>
    this.#call<void>('saveSnapshot', [address, { epoch, owner }, ...rest]);
  due = (...args: Parameters<RoomStore['due']>) => this.#call<Awaited<ReturnType<RoomStore['due']>>>('due', args);
  list = (...args: Parameters<RoomStore['list']>) => this.#call<readonly string[]>('list', args);
  check = () => this.#call<void>('check', []);

  async close(): Promise<void> {
    if (!this.#process.connected) return;
    await this.#call<void>('close', []);
    const gone = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await gone;
  }
}

function revive({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'FencedError') return new FencedError(message);
  if (name === 'StoreRefusedError') return new StoreRefusedError(message);
  return Object.assign(new Error(message), { name });
}
