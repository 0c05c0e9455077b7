import type { Entry, Input, LoggedEvent } from '@greenroom/rooms';

/** A room's log as its store has it at the end of a run; rooms without one are known by what was seen of them. */
export interface RoomLog {
  readonly address: string;
  /** Oldest first. May begin above position 1, where older ones are not kept. */
  readonly entries: readonly Entry[];
  /** The kind's. @default 'joined' */
  readonly historyFor?: 'joined' | 'all';
}

interface Placed {
  readonly event: LoggedEvent;
  readonly entry: Entry;
}

/** Who an entry's command is from, and by which id: how an ack finds it. */
export const commandKey = (member: string, id: string): string => `${member}\n${id}`;

/** A member who came or went by an input, told from the sessions before it. */
const sessionsAfter = (sessions: Map<string, string>, input: Input): void => {
  switch (input.type) {
    case 'join':
      sessions.set(input.session.id, input.member.id);
      return;
    case 'leave':
      sessions.delete(input.session);
      return;
    case 'remove':
      for (const [session, member] of sessions) if (member === input.member) sessions.delete(session);
      return;
    case 'close':
      sessions.clear();
      return;
    case 'barrier':
    case 'open':
    case 'resume':
    case 'drop':
    case 'command':
    case 'timer':
    case 'outside':
  }
};

/** A log in which things are found. */
export class IndexedLog {
  /** First and last position; an empty log is from 1 to 0. */
  readonly first: number;
  readonly head: number;
  /** Ascending. */
  readonly events: readonly Placed[];
  readonly #bySeq = new Map<number, Placed>();
  readonly #commands = new Map<string, Entry[]>();
  readonly #firstJoins = new Map<string, number>();

  constructor(readonly log: RoomLog) {
    const { entries } = log;
    this.first = entries[0]?.seq ?? 1;
    this.head = entries.at(-1)?.last ?? 0;
    this.events = entries.flatMap((entry) => entry.events.map((event) => ({ event, entry })));
    for (const placed of this.events) this.#bySeq.set(placed.event.seq, placed);
    for (const entry of entries) {
      const { input } = entry;
      if (input.type === 'join' && !this.#firstJoins.has(input.member.id))
        this.#firstJoins.set(input.member.id, entry.seq);
      if (input.type !== 'command') continue;
      const key = commandKey(input.by.id, input.commandId);
      const same = this.#commands.get(key);
      if (same === undefined) this.#commands.set(key, [entry]);
      else same.push(entry);
    }
  }

  /** Nothing of it has been let go of. */
  get isWhole(): boolean {
    return this.first === 1;
  }

  at(seq: number): Placed | undefined {
    return this.#bySeq.get(seq);
  }

  commands(member: string, id: string): readonly Entry[] {
    return this.#commands.get(commandKey(member, id)) ?? [];
  }

  allCommands(): IterableIterator<readonly Entry[]> {
    return this.#commands.values();
  }

  /** Where a member first joined. */
  firstJoin(member: string): number | undefined {
    return this.#firstJoins.get(member);
  }

  /** Events above one position, up to another, that are for a member. */
  visible(member: string, after: number, to: number): LoggedEvent[] {
    const found: LoggedEvent[] = [];
    for (let i = this.#indexAbove(after); i < this.events.length; i += 1) {
      const event = this.events[i]?.event;
      if (event === undefined || event.seq > to) break;
      if (event.to !== undefined && !event.to.includes(member)) continue;
      if (event.except?.includes(member) !== true) found.push(event);
    }
    return found;
  }

  /** Each entry, with those who had a session just before it. */
  *withMembers(): Generator<{ readonly entry: Entry; readonly members: ReadonlySet<string> }> {
    const sessions = new Map<string, string>();
    for (const entry of this.log.entries) {
      yield { entry, members: new Set(sessions.values()) };
      sessionsAfter(sessions, entry.input);
    }
  }

  #indexAbove(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.event.seq ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
