import type { Push } from '@greenroom/protocol';

/** One way of writing pushes: the same object for all connections that are written to in that way. */
export interface Encoding<T> {
  encode(push: Push): T;
}

/**
 * Something the server pushes, encoded once in each way however many connections it goes to.
 */
export class Frame {
  readonly #encoded = new Map<Encoding<unknown>, unknown>();

  constructor(readonly push: Push) {}

  /** Dropped first when a reader is slow. */
  get isVolatile(): boolean {
    return this.push.op === 'signal';
  }

  /** Throws what `encode` throws. */
  encoded<T>(encoding: Encoding<T>): T {
    const known = this.#encoded.get(encoding) as T | undefined;
    if (known !== undefined) return known;
    const encoded = encoding.encode(this.push);
    this.#encoded.set(encoding, encoded);
    return encoded;
  }
}
