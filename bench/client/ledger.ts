/** What went wrong is told a few times, and counted. */
const MOST_TOLD = 20;

/** All that was not delivered as it should have been. */
export class Violations {
  readonly told: string[] = [];
  count = 0;

  add(what: string): void {
    this.count += 1;
    if (this.told.length < MOST_TOLD) this.told.push(what);
  }
}

/**
 * What was said in one room, and what each member was told of it: everything once, in one order for all, and nothing else. The order is the one in
 * which the first member hears it.
 */
export class Ledger {
  /** By command: when it was said, by whom, and whether anybody has been told. */
  readonly saidAt: number[] = [];
  readonly senders: number[] = [];
  readonly #isTold: boolean[] = [];
  /** Commands, in the room's order. */
  readonly #order: number[] = [];
  /** By member: how much of the order they were told. */
  readonly #positions: Int32Array;
  #toldToAll = 0;

  constructor(
    readonly room: number,
    readonly members: number,
    private readonly violations: Violations,
  ) {
    this.#positions = new Int32Array(members);
  }

  /** Notes that a command is on its way; returns its number. */
  said(sender: number, at: number): number {
    this.senders.push(sender);
    this.#isTold.push(false);
    return this.saidAt.push(at) - 1;
  }

  /** Notes that a member was told of a command of a room; whether that was right. */
  told(member: number, room: number, number: number): boolean {
    if (room !== this.room) return this.#wrong(member, `was told of command ${number} of room ${room}`);
    const position = this.#positions[member] ?? 0;
    if (position === this.#order.length) {
      if (this.#isTold[number] !== false)
        return this.#wrong(member, `was told of ${this.#isTold[number] ? 'a second' : 'an unknown'} command ${number}`);
      this.#isTold[number] = true;
      this.#order.push(number);
    } else if (this.#order[position] !== number) {
      return this.#wrong(member, `was told of command ${number} where others were told of ${this.#order[position]}`);
    }
    this.#positions[member] = position + 1;
    this.#toldToAll += 1;
    return true;
  }

  /** Whether all members were told of all commands. */
  get isComplete(): boolean {
    return this.#toldToAll === this.saidAt.length * this.members;
  }

  /** Whoever was not told of everything by now never will be. */
  close(): void {
    for (const [member, position] of this.#positions.entries())
      if (position !== this.saidAt.length)
        this.#wrong(member, `was told of ${position} of ${this.saidAt.length} commands`);
  }

  #wrong(member: number, what: string): false {
    this.violations.add(`room ${this.room}: member ${member} ${what}`);
    return false;
  }
}
