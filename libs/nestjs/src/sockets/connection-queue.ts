import { AsyncResource } from 'node:async_hooks';

/** Calls `release` when the next may begin, in the end at the latest. Must not throw. */
export type QueuedTask = (release: () => void) => void;

/** The next may begin when this has settled. */
export const untilSettled =
  (run: () => Promise<void>): QueuedTask =>
  (release) =>
    void run().then(release, release);

/**
 * One connection's operations, in the order they came. A task begins when the one before it has released, so an
 * operation's admission ends before the next one's begins, while replies may still be outstanding.
 */
export class ConnectionQueue {
  readonly #waiting: QueuedTask[] = [];
  #state: 'idle' | 'starting' | 'busy' | 'closed' = 'idle';

  constructor(private readonly capacity: number) {}

  /** `false` when too many wait already; the task is not kept then. A closed queue forgets it. */
  add(task: QueuedTask): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'idle') {
      this.#start(task);
      return true;
    }
    if (this.#waiting.length >= this.capacity) return false;
    // A task that waits must not run in the async context of the one that lets it go.
    this.#waiting.push(AsyncResource.bind(task));
    return true;
  }

  /** Forgets what waits. What has begun goes on. */
  close(): void {
    this.#state = 'closed';
    this.#waiting.length = 0;
  }

  #start(task: QueuedTask): void {
    // In a loop, as a task may release before it returns and thousands in a row must not nest.
    for (let next: QueuedTask | undefined = task; next !== undefined; next = this.#waiting.shift()) {
      if (!this.#begin(next)) return;
    }
  }

  /** Whether the task had released when it returned. */
  #begin(task: QueuedTask): boolean {
    this.#state = 'starting';
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (this.#state === 'busy') this.#next();
    };
    task(release);
    if (this.#isClosed()) return false;
    this.#state = released ? 'idle' : 'busy';
    return released;
  }

  #next(): void {
    this.#state = 'idle';
    const next = this.#waiting.shift();
    if (next !== undefined) this.#start(next);
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
