import type { Argument, RedisConnection, Sender } from '../connection.js';

/** How long replicas are waited for, milliseconds. All else on the connection waits with it. */
const PATIENCE_MS = 1000;

/** The write is in the log of the primary, or not; of its replicas too few have it. */
class UnconfirmedError extends Error {
  override readonly name = 'UnconfirmedError';
}

/**
 * Writes whose answer means that so many replicas have them too. `WAIT` holds for what its own connection has written before:
 * it is sent behind the writes, one at a time, and those that are sent meanwhile share the next.
 */
export class ReplicatedWrites implements Sender {
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param redis a connection to one server that nothing else uses: it does not answer while it waits. */
  constructor(
    private readonly redis: RedisConnection,
    private readonly replicas: number,
  ) {}

  async send(name: string, ...args: readonly Argument[]): Promise<unknown> {
    const answer = this.redis.send(name, ...args);
    this.#next ??= this.#wait();
    const [written, confirmed] = await Promise.allSettled([answer, this.#next]);
    if (written.status === 'rejected') throw written.reason;
    if (confirmed.status === 'rejected') throw confirmed.reason;
    return written.value;
  }

  /**
   * Sent no later than in the microtasks behind the answer to the last one: the connection is still the one that the writes
   * went by, or is known to be lost.
   */
  async #wait(): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#next = undefined;
    this.#last = this.#ask();
    await this.#last;
  }

  async #ask(): Promise<void> {
    let count: unknown;
    try {
      count = await this.redis.send('WAIT', this.replicas, PATIENCE_MS);
    } catch (cause) {
      throw new UnconfirmedError('The replicas could not be waited for.', { cause });
    }
    if (Number(count) < this.replicas)
      throw new UnconfirmedError(`${String(count)} of ${this.replicas} replicas have the write.`);
  }
}
