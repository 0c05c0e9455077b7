import type { Reply } from '@greenroom/protocol';
import type { WebSocket } from 'ws';
import type { Wire, WireListener } from './wire.js';

export interface WireOptions {
  readonly token: string;
  /** @default '/rooms' */
  readonly path?: string;
  /** Milliseconds until it is given up. @default 5000 */
  readonly timeoutMs?: number;
}

/** What both carriers' wires have in common: whether it is let in, and who waits for which answer. */
export abstract class SocketWire implements Wire {
  readonly #answers = new Map<number, (reply: Reply) => void>();
  #last = 0;
  #state: 'opening' | 'open' | 'over' = 'opening';
  #letIn: () => void = () => {};
  #refuse: () => void = () => {};

  constructor(
    protected readonly socket: WebSocket,
    protected readonly listener: WireListener,
  ) {
    socket.on('error', () => {});
    socket.on('close', () => this.ended());
  }

  /** Resolves when it is let in; rejects when it is not, or not in time. */
  whenLetIn(timeoutMs: number): Promise<this> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.socket.terminate(), timeoutMs);
      this.#letIn = () => {
        clearTimeout(late);
        resolve(this);
      };
      this.#refuse = () => {
        clearTimeout(late);
        reject(new Error('not let in'));
      };
    });
  }

  ask(op: string, body: object, answered: (reply: Reply) => void): void {
    if (this.#state !== 'open') return;
    this.#last += 1;
    this.#answers.set(this.#last, answered);
    this.write(op, this.#last, body);
  }

  close(): void {
    this.#state = 'over';
    this.socket.terminate();
  }

  protected get isOver(): boolean {
    return this.#state === 'over';
  }

  protected abstract write(op: string, ref: number, body: object): void;

  /** The server has said hello. */
  protected opened(): void {
    this.#state = 'open';
    this.#letIn();
  }

  protected answer(ref: number, reply: Reply): void {
    const answered = this.#answers.get(ref);
    this.#answers.delete(ref);
    answered?.(reply);
  }

  protected ended(): void {
    if (this.#state === 'opening') this.#refuse();
    if (this.#state === 'open') this.listener.ended();
    this.#state = 'over';
  }
}
