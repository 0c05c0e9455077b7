import { BusyError } from '../errors.js';

export interface MailboxLimits {
  /** @default 1000 */
  readonly maxLetters: number;
  /** Of what waits, roughly. @default 4 MiB */
  readonly maxBytes: number;
}

/**
 * What waits for a room's next turn, first in, first out. What outsiders ask is bounded; what the room itself and its
 * members' comings and goings need always finds a place.
 */
export class Mailbox<Letter> {
  #letters: { readonly letter: Letter; readonly bytes: number }[] = [];
  #next = 0;
  #bytes = 0;

  constructor(private readonly limits: MailboxLimits) {}

  get size(): number {
    return this.#letters.length - this.#next;
  }

  /**
   * @param bytes of what it brings, roughly
   * @throws BusyError when it is full.
   */
  put(letter: Letter, bytes: number): void {
    if (this.size >= this.limits.maxLetters || this.#bytes + bytes > this.limits.maxBytes)
      throw new BusyError('The room');
    this.#push(letter, bytes);
  }

  /** Never refuses. */
  putOwn(letter: Letter): void {
    this.#push(letter, 0);
  }

  take(): Letter | undefined {
    const first = this.#letters[this.#next];
    if (first === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= first.bytes;
    if (this.#next === this.#letters.length || this.#next > 1024) {
      this.#letters = this.#letters.slice(this.#next);
      this.#next = 0;
    }
    return first.letter;
  }

  #push(letter: Letter, bytes: number): void {
    this.#letters.push({ letter, bytes });
    this.#bytes += bytes;
  }
}
