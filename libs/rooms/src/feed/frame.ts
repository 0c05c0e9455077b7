import type { Push } from '@greenroom/protocol';

/** One way of writing pushes: the same object for all connections that are written to in that way. */
export interface Encoding<T> {
  encode(push: Push): T;
}

/**
 * Something the server pushes, encoded once in each way however many connections it goes to.
 */
export class Frame {
  /** The first way it was encoded in: mostly the only one. */
  #encoding: Encoding<unknown> | undefined;
  #first: unknown;
  #others: Map<Encoding<unknown>, unknown> | undefined;

  constructor(readonly push: Push) {}

  /** Dropped first when a reader is slow. */
  get isVolatile(): boolean {
    return this.push.op === 'signal';
  }

  /** Throws what `encode` throws. */
  encoded<T>(encoding: Encoding<T>): T {
    if (this.#encoding === encoding) return this.#first as T;
    const known = this.#others?.get(encoding) as T | undefined;
    if (known !== undefined) return known;
    const encoded = encoding.encode(this.push);
    if (this.#encoding === undefined) [this.#encoding, this.#first] = [encoding, encoded];
    else (this.#others ??= new Map()).set(encoding, encoded);
    return encoded;
  }
}
