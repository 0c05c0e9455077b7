import type { Push } from '@greenroom/protocol';

/**
 * Something the server pushes, encoded once for each codec however many connections it goes to.
 */
export class Frame {
  readonly #encoded = new Map<string, string | Uint8Array>();

  constructor(readonly push: Push) {}

  /** Dropped first when a reader is slow. */
  get isVolatile(): boolean {
    return this.push.op === 'signal';
  }

  encoded(codec: { readonly name: string; encode(message: object): string | Uint8Array }): string | Uint8Array {
    let bytes = this.#encoded.get(codec.name);
    if (bytes === undefined) {
      bytes = codec.encode(this.push);
      this.#encoded.set(codec.name, bytes);
    }
    return bytes;
  }
}
