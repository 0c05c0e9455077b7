import { FencedError, StoreRefusedError } from '@greenroom/rooms';

/** What a group needs of the store below it; see `Environment`. */
export interface Committer {
  commit(work: () => void): Promise<void>;
  flushed(): Promise<void>;
  /** Goes back to what is surely on disk. */
  reopen(): Promise<void>;
}

/**
 * One write of one room. It reads and decides, and throws to be refused, before it returns what does the writing: so
 * a refused write leaves nothing behind in a transaction that goes on.
 */
export type Plan<T> = () => () => T;

/** When a write is acknowledged. */
export type Ack = 'committed' | 'flushed';

interface Waiting {
  readonly ack: Ack;
  /** Writes, and returns what acknowledges it; `undefined` when it was refused. */
  apply(): (() => void) | undefined;
  reject(error: unknown): void;
}

/**
 * Puts what all rooms write into as few transactions as there can be: one at a time, and what arrives while it is in
 * flight makes up the next one. That a sync takes long makes groups larger, not queues longer. After a failure that
 * leaves open what a later sync would cover, the store below is opened again before the next group.
 */
export class GroupCommit {
  readonly #store: Committer;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #mustReopen = false;
  #stopped: { readonly why: unknown } | undefined;

  constructor(store: Committer) {
    this.#store = store;
  }

  /**
   * Resolves with what the write returns, once it is as durable as `ack` says.
   * @throws FencedError, StoreRefusedError: nothing was written. NotFlushedError: it was, but may not outlast the power.
   */
  submit<T>(ack: Ack, plan: Plan<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#stopped !== undefined) {
        reject(noMore(this.#stopped.why));
        return;
      }
      const apply = (): (() => void) | undefined => {
        let write: () => T;
        try {
          write = plan();
        } catch (error) {
          reject(refusal(error));
          return undefined;
        }
        const result = write();
        return () => resolve(result);
      };
      this.#waiting.push({ ack, apply, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes no more writes, and waits for those it has. */
  async stop(why: unknown): Promise<void> {
    this.#stopped ??= { why };
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitGroup();
    this.#running = undefined;
  }

  async #commitGroup(): Promise<void> {
    let group: readonly Waiting[] = [];
    const acks: Record<Ack, (() => void)[]> = { committed: [], flushed: [] };
    try {
      if (this.#mustReopen) await this.#store.reopen();
      this.#mustReopen = false;
      await this.#store.commit(() => {
        // Only now, so that what arrived while the transaction was being opened is in it.
        group = this.#waiting.splice(0);
        for (const waiting of group) {
          const acknowledge = waiting.apply();
          if (acknowledge !== undefined) acks[waiting.ack].push(acknowledge);
        }
      });
      for (const acknowledge of acks.committed) acknowledge();
      if (acks.flushed.length > 0) await this.#store.flushed();
      for (const acknowledge of acks.flushed) acknowledge();
    } catch (error) {
      this.#fail(group, error);
    }
  }

  /** Rejecting what has been settled already changes nothing. */
  #fail(group: readonly Waiting[], error: unknown): void {
    for (const waiting of group) waiting.reject(error);
    // Refused as a whole, after its transaction was opened: the next one may do better as it is.
    if (error instanceof StoreRefusedError && group.length > 0) return;
    this.#mustReopen = true;
    // Not even a transaction could be opened: those that wait are not tried for ever.
    if (group.length === 0) for (const waiting of this.#waiting.splice(0)) waiting.reject(noMore(error));
  }
}

const noMore = (why: unknown): Error => new StoreRefusedError('The store takes no more writes.', { cause: why });

/** What a plan throws has written nothing, whatever it is: a row that cannot be read costs that room its write only. */
const refusal = (error: unknown): Error =>
  error instanceof FencedError || error instanceof StoreRefusedError
    ? error
    : new StoreRefusedError('The store could not read what the write needs.', { cause: error });
