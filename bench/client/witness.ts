import type { Telling } from './dialects/dialect.js';
import type { Violations } from './ledger.js';

/**
 * One member of each room reads all it is told, down to the last field: whole texts, who said them, and where they stand in the room's stream. Of the
 * others only texts are looked at, so that looking does not become what is measured.
 */
export class Witness {
  #position: number | undefined;

  constructor(
    private readonly room: string,
    private readonly violations: Violations,
  ) {}

  /** @param expected text and sender of a command, by its text */
  hears({ messages, turn }: Telling, expected: (text: string) => string | undefined): void {
    for (const { text, from, at } of messages) {
      const sender = expected(text);
      if (sender === undefined) this.#wrong(`was told what nobody said: ${text}`);
      else if (sender !== from) this.#wrong(`was told that ${from} said what ${sender} said`);
      if (!Number.isInteger(at) || at <= 0) this.#wrong(`was not told when: ${at}`);
    }
    if (turn !== undefined) this.#follows(turn);
  }

  /** No gap: a turn begins where one stands or before, and goes up from there. */
  #follows({ room, from, to, seqs }: NonNullable<Telling['turn']>): void {
    if (room !== this.room) this.#wrong(`was shown a turn of ${room}`);
    if (this.#position !== undefined && from > this.#position)
      this.#wrong(`stands at ${this.#position}, and the turn begins at ${from}`);
    let last = this.#position ?? from;
    for (const seq of seqs) {
      if (seq <= last || seq > to) this.#wrong(`was told of ${seq} after ${last}, in a turn up to ${to}`);
      last = seq;
    }
    this.#position = to;
  }

  #wrong(what: string): void {
    this.violations.add(`${this.room}: the witness ${what}`);
  }
}
