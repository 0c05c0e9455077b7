import { roomError, type RoomError } from '../room-error.js';

/** What one `for await` has not taken yet; more than so much is not kept. */
const MOST = 1000;

/** Events for one `for await` loop. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  #queue: T[] = [];
  /** Who asked before there was anything. */
  #waiting: ((result: IteratorResult<T> | Promise<IteratorResult<T>>) => void)[] = [];
  #end: { readonly error: RoomError | undefined } | undefined;

  /** `closed` is called when nobody loops any more. */
  constructor(private readonly closed: () => void) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    const first = this.#waiting.shift();
    if (first !== undefined) first({ done: false, value: item });
    else if (this.#queue.length < MOST) this.#queue.push(item);
    else {
      // What is missing must not go unnoticed.
      this.#queue = [];
      this.end(roomError('BUSY', `The loop is ${MOST} events behind the room.`));
    }
  }

  /** What is queued is still taken; then it is done, or fails. */
  end(error?: RoomError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.closed();
    for (const resolve of this.#waiting.splice(0)) resolve(this.next());
  }

  async next(): Promise<IteratorResult<T>> {
    const item = this.#queue.shift();
    if (item !== undefined) return { done: false, value: item };
    if (this.#end === undefined) return new Promise((resolve) => this.#waiting.push(resolve));
    const { error } = this.#end;
    this.#end = { error: undefined };
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#queue = [];
    this.end();
    return { done: true, value: undefined };
  }
}
